from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("flavors", "0012_terms_in_order")]

    operations = [
        migrations.RunSQL(
            (SQL / "ensure_flavor_terms_v3.sql").read_text(),
            (SQL / "ensure_flavor_terms_v2.sql").read_text()
            + "DROP FUNCTION public.ensure_terms_of_forms(text[], text[]);",
        ),
        migrations.RunSQL(
            (SQL / "batch_insert_descriptors_v2.sql").read_text(),
            """
            DROP FUNCTION public.batch_insert_descriptors(jsonb, uuid, text, uuid);
            DROP FUNCTION public.descriptor_problem(jsonb, text, text, text, text);
            """
            + (SQL / "batch_insert_descriptors_v1.sql").read_text(),
        ),
    ]
