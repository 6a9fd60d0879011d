from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def text_of(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()


def replaced(name: str) -> migrations.RunSQL:
    """Its second text; back, the first one."""
    before = text_of(f"{name}_v1").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    return migrations.RunSQL(text_of(f"{name}_v2"), before)


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0028_export_paths"),
    ]

    operations = [
        migrations.RunSQL(
            text_of("statements_schema_v1"), "DROP FUNCTION public.statements_schema()"
        ),
        replaced("statement_counters"),
        replaced("statement_texts"),
        replaced("statements_evicted"),
        migrations.RunSQL(
            text_of("query_hints_v1"),
            "DROP VIEW public.query_performance_hints;"
            "DROP FUNCTION public.query_hints(timestamptz);",
        ),
        migrations.RunSQL(text_of("monitor_grants_v1"), text_of("monitor_grants_none")),
    ]
