from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


def text_of(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()


def replaced(name: str) -> migrations.RunSQL:
    """Its second text; back, the first one."""
    before = text_of(f"{name}_v1").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    return migrations.RunSQL(text_of(f"{name}_v2"), before.partition("REVOKE ALL")[0])


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0029_query_hints"),
    ]

    operations = [
        migrations.AddField("performancesnapshot", "io", models.JSONField(null=True)),
        migrations.RunSQL(
            text_of("io_counters_v1"),
            "DROP FUNCTION public.io_activity(timestamptz); DROP FUNCTION public.io_counters();",
        ),
        replaced("capture_performance_snapshot"),
        replaced("get_monitoring_dashboard"),
        migrations.RunSQL(
            text_of("growth_trend_v1"),
            "DROP FUNCTION public.growth_trend(text, timestamptz, integer, integer)",
        ),
        # Each snapshot knows the database's size.
        migrations.DeleteModel("DatabaseSize"),
    ]
