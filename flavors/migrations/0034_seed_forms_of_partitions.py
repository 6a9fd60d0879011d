from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
DROP = """
    DROP FUNCTION public.create_descriptor_partition(integer, integer);
    DROP FUNCTION public.ensure_future_partitions(integer);
    DROP FUNCTION public.analyze_all_partitions();
    DROP FUNCTION public.run_partition_maintenance();
    DROP FUNCTION public.archive_old_partitions(integer);
    DROP FUNCTION public.detach_partition(text);
"""


def sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()


class Migration(migrations.Migration):
    """The functions of seed 003 over partitions, with its arguments: of descriptors."""

    dependencies = [("flavors", "0033_what_clients_write"), ("ops", "0039_plain_json")]

    operations = [
        migrations.RunSQL(sql("partitions_of_descriptors_v1"), DROP),
        migrations.RunSQL(
            sql("batch_insert_descriptors_v3"), sql("batch_insert_descriptors_v3_down")
        ),
    ]
