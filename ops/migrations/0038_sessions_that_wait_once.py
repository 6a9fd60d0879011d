from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def text_of(name: str) -> str:
    text = (SQL / f"{name}.sql").read_text()
    for kind in ("FUNCTION", "VIEW"):
        text = text.replace(f"CREATE {kind}", f"CREATE OR REPLACE {kind}")
    return text


class Migration(migrations.Migration):
    """Who waits is read however many wait; sequences by whoever monitors; no bloat is no figure."""

    dependencies = [
        ("ops", "0037_cheaper_monitoring"),
    ]

    operations = [
        migrations.RunSQL(text_of("v_lock_conflicts_v2"), text_of("v_active_connections_v1")),
        migrations.RunSQL(
            text_of("v_sequence_usage_v2"),
            text_of("v_server_health_v1") + "DROP FUNCTION public.sequence_positions();",
        ),
        migrations.RunSQL(text_of("v_table_stats_v4"), text_of("v_table_stats_v3")),
        migrations.RunSQL(
            text_of("get_monitoring_dashboard_v3"), text_of("get_monitoring_dashboard_v2")
        ),
    ]
