from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def text_of(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()


class Migration(migrations.Migration):
    """The rows of a small roll-up are counted: what was never analyzed has no estimate."""

    dependencies = [
        ("ops", "0040_quick_partition_bounds"),
    ]

    operations = [
        migrations.RunSQL(text_of("refresh_view_v5"), text_of("refresh_view_v4")),
    ]
