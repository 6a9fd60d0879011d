from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def replaced(name: str) -> migrations.RunSQL:
    """Its second text; back, the first one."""
    before = (SQL / f"{name}_v1.sql").read_text()
    for kind in ("FUNCTION", "VIEW"):
        before = before.replace(f"CREATE {kind}", f"CREATE OR REPLACE {kind}")
    return migrations.RunSQL((SQL / f"{name}_v2.sql").read_text(), before)


class Migration(migrations.Migration):
    """Monitoring is read while tables are locked."""

    dependencies = [
        ("ops", "0031_migration_history"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "v_locked_relations_v1.sql").read_text(),
            "DROP VIEW public.v_locked_relations",
        ),
        replaced("v_table_stats"),
        replaced("v_index_usage"),
        replaced("query_hints"),
    ]
