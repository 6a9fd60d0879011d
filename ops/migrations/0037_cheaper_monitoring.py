from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def text_of(name: str) -> str:
    text = (SQL / f"{name}.sql").read_text()
    for kind in ("FUNCTION", "VIEW"):
        text = text.replace(f"CREATE {kind}", f"CREATE OR REPLACE {kind}")
    return text


def replaced(name: str, before: int) -> migrations.RunSQL:
    """Its next text; back, the one before."""
    return migrations.RunSQL(text_of(f"{name}_v{before + 1}"), text_of(f"{name}_v{before}"))


class Migration(migrations.Migration):
    """The screens of monitoring ask the catalogs once, and for less."""

    dependencies = [
        ("ops", "0036_settings_of_partition_keys"),
    ]

    operations = [
        replaced("statement_texts", 2),
        migrations.RunSQL(text_of("statement_activity_v2"), text_of("statement_activity_v2_down")),
        migrations.RunSQL(
            text_of("query_hints_v3"),
            text_of("query_hints_v2")
            + "DROP FUNCTION public.query_hints_among(public.statement_cost[]);"
            "DROP TYPE public.statement_cost;",
        ),
        replaced("v_index_usage", 2),
        replaced("v_table_stats", 2),
    ]
