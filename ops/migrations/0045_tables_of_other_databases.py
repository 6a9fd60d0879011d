from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def text_of(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()


class Migration(migrations.Migration):
    """What a session of another database waits for has no name in this one."""

    dependencies = [
        ("ops", "0044_foreign_keys_with_an_index"),
    ]

    operations = [
        migrations.RunSQL(text_of("v_lock_conflicts_v3"), text_of("v_lock_conflicts_v2")),
    ]
