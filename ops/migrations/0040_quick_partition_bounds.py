from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def text_of(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()


class Migration(migrations.Migration):
    """Bounds of partitions without a regular expression."""

    dependencies = [
        ("ops", "0039_plain_json"),
    ]

    operations = [
        migrations.RunSQL(
            text_of("partition_bounds_v2"),
            text_of("partition_bounds_v1").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
        ),
    ]
