from pathlib import Path

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Upper

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0007_materialized_views"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                OpClass(Upper(KeyTextTransform("label", "details")), name="text_pattern_ops"),
                name="audit_by_name",
            ),
        ),
        migrations.RunSQL(
            (SQL / "record_admin_log_v1.sql").read_text(),
            "DROP TRIGGER record_admin_log ON public.django_admin_log;"
            " DROP FUNCTION public.record_admin_log()",
        ),
    ]
