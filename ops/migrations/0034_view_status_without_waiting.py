from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def replaced(kind: str, name: str, before: str, after: str) -> migrations.RunSQL:
    old = (SQL / f"{name}_{before}.sql").read_text()
    return migrations.RunSQL(
        (SQL / f"{name}_{after}.sql").read_text(),
        old.replace(f"CREATE {kind}", f"CREATE OR REPLACE {kind}"),
    )


class Migration(migrations.Migration):
    """The status of views is read while a view, or a table that it reads, is locked."""

    dependencies = [
        ("ops", "0033_hit_ratios_by_kind"),
    ]

    operations = [
        replaced("FUNCTION", "write_counters", "v1", "v2"),
        replaced("VIEW", "mv_refresh_status", "v2", "v3"),
    ]
