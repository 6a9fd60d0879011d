from pathlib import Path

from django.db import migrations

from ops.partitions import create_first_partitions

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0017_indexes_of_partitions"),
        ("assessments", "0012_erase_member"),
        ("flavors", "0002_tables"),
    ]

    operations = [
        create_first_partitions("flavor_descriptors", "month", ahead=3),
        migrations.RunSQL(
            (SQL / "descriptor_storage_v1.sql").read_text(),
            (SQL / "descriptor_storage_v1_down.sql").read_text(),
        ),
        migrations.RunSQL(
            (SQL / "resolve_descriptor_term_v1.sql").read_text(),
            """
            DROP TRIGGER resolve_term ON public.flavor_descriptors;
            DROP FUNCTION public.resolve_descriptor_term();
            DROP FUNCTION public.ensure_flavor_terms(text[]);
            """,
        ),
        migrations.RunSQL(
            (SQL / "mark_descriptor_changes_v1.sql").read_text(),
            """
            DROP TRIGGER mark_inserts ON public.flavor_descriptors;
            DROP TRIGGER mark_updates ON public.flavor_descriptors;
            DROP TRIGGER mark_deletes ON public.flavor_descriptors;
            DROP FUNCTION public.mark_descriptor_changes();
            """,
        ),
        migrations.RunSQL(
            (SQL / "row_security_v1.sql").read_text(),
            (SQL / "row_security_v1_down.sql").read_text(),
        ),
    ]
