from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("flavors", "0003_rules")]

    operations = [
        migrations.RunSQL(
            (SQL / "guards_v1.sql").read_text(),
            """
            DROP FUNCTION public.assert_acts_for(uuid);
            DROP FUNCTION public.assert_in_range(text, numeric, numeric, numeric);
            DROP FUNCTION public.assert_one_of(text, text, text[]);
            """,
        ),
        migrations.RunSQL(
            (SQL / "batch_insert_descriptors_v1.sql").read_text(),
            """
            DROP FUNCTION public.batch_insert_descriptors(jsonb, uuid, text, uuid);
            DROP FUNCTION public.descriptor_problem(jsonb);
            """,
        ),
    ]
