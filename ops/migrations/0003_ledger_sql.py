from pathlib import Path

from django.db import migrations

from ops.migrations_sql import create_function
from ops.partitions import create_first_partitions

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ops", "0002_run_ledger")]

    operations = [
        create_function(SQL / "record_run_v1.sql", "record_run(text, text, timestamptz, text)"),
        migrations.RunSQL(
            (SQL / "run_events_follow_run_v1.sql").read_text(),
            "ALTER TABLE public.ops_run_events DROP CONSTRAINT events_of_run",
        ),
        create_first_partitions("audit_logs", "month", ahead=3),
    ]
