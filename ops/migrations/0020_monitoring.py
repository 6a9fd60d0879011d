from pathlib import Path

import uuid_utils.compat
from django.db import migrations, models

from ops.partitions import CreatePartitionedTable, create_first_partitions

SQL = Path(__file__).resolve().parent.parent / "sql"

# Frozen files, in the order in which they stand on each other, and what undoes each.
OBJECTS = {
    "statement_counters": "DROP FUNCTION public.statement_counters()",
    "statement_texts": "DROP FUNCTION public.statement_texts()",
    "statements_evicted": "DROP FUNCTION public.statements_evicted()",
    "v_query_performance": "DROP VIEW public.v_slow_queries, public.v_query_performance",
    "v_index_usage": "DROP VIEW public.v_invalid_indexes, public.v_unindexed_foreign_keys,"
    " public.v_redundant_indexes, public.v_index_usage",
    "v_table_stats": "DROP VIEW public.v_missing_indexes, public.v_table_stats",
    "v_active_connections": "DROP VIEW public.v_lock_conflicts, public.v_active_connections",
    "v_server_health": "DROP VIEW public.v_archiver, public.v_replication_slots,"
    " public.v_replicas, public.v_sequence_usage, public.v_xmin_horizon, public.v_wraparound",
    "capture_performance_snapshot": "DROP FUNCTION public.capture_performance_snapshot()",
    "statement_activity": "DROP FUNCTION public.database_trend(timestamptz, integer);"
    "DROP FUNCTION public.statement_trend(bigint, timestamptz, integer);"
    "DROP FUNCTION public.sampled_snapshots(timestamptz, integer);"
    "DROP FUNCTION public.statement_activity(timestamptz);"
    "DROP FUNCTION public.counted_between(jsonb, jsonb);"
    "DROP FUNCTION public.snapshot_at(timestamptz);",
    "cleanup_monitoring_data": "DROP FUNCTION public.cleanup_monitoring_data(integer)",
    "get_monitoring_dashboard": "DROP FUNCTION public.get_monitoring_dashboard()",
}


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0019_unwritten_views_are_kept"),
    ]

    operations = [
        CreatePartitionedTable(
            name="PerformanceSnapshot",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=models.Func(function="uuidv7"),
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func("id", function="uuid_extract_timestamp"),
                        output_field=models.DateTimeField(),
                    ),
                ),
                ("server_started", models.DateTimeField()),
                ("counted_since", models.DateTimeField()),
                ("statements_evicted", models.BigIntegerField(null=True)),
                ("database", models.JSONField()),
                ("statements", models.JSONField(null=True)),
                ("tables", models.JSONField(null=True)),
                ("indexes", models.JSONField(null=True)),
            ],
            options={
                "verbose_name": "performance snapshot",
                "verbose_name_plural": "monitoring",
                "db_table": "performance_snapshots",
                "ordering": ("-id",),
                "permissions": (("signal_performancesnapshot", "Can cancel and end sessions"),),
            },
        ),
        migrations.CreateModel(
            name="QueryText",
            fields=[
                ("queryid", models.BigIntegerField(primary_key=True, serialize=False)),
                ("query", models.TextField()),
                ("seen_at", models.DateTimeField(db_default=models.Func(function="now"))),
            ],
            options={
                "db_table": "query_texts",
                "default_permissions": (),
            },
        ),
        create_first_partitions("performance_snapshots", "month", ahead=3),
        *(
            migrations.RunSQL((SQL / f"{name}_v1.sql").read_text(), drop)
            for name, drop in OBJECTS.items()
        ),
    ]
