from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
DROP_TREND = "DROP FUNCTION public.database_trend(timestamptz, integer);"


def text_of(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()


class Migration(migrations.Migration):
    """How often blocks of tables and of indexes were found in memory, over a period."""

    dependencies = [
        ("ops", "0032_sizes_without_waiting"),
    ]

    operations = [
        migrations.RunSQL(
            text_of("capture_performance_snapshot_v3"), text_of("capture_performance_snapshot_v2")
        ),
        migrations.RunSQL(
            DROP_TREND + text_of("database_trend_v2"),
            DROP_TREND + text_of("database_trend_v2_down"),
        ),
    ]
