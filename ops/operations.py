"""What the house itself declares."""

from __future__ import annotations

from datetime import time, timedelta

from ops.alerts.rules import RULES
from ops.backups.declarations import BACKUPS
from ops.exports.declared import EXPORTS
from ops.models.audit import ERASED
from ops.registry import (
    Daily,
    Every,
    Operation,
    Parameter,
    PartitionedTable,
    PersonalData,
    Schedule,
    Weekly,
    register,
)
from ops.schema.declared import SCHEMA

# A partition of a hundred million rows takes hours to read and write.
PARTITION_TIMEOUT = timedelta(hours=6)
MOVE_PARAMETERS = (
    Parameter("source", "Flat table", help="Its SQL name, public.flavor_descriptors_flat."),
    Parameter("batch_size", "Rows in a batch", kind="number"),
)

register(
    PartitionedTable("audit_logs", model="ops.AuditEntry", period="month", ahead=3, keep_months=36),
    Operation(
        "maintain_partitions",
        "Make partitions ahead",
        work="ops.jobs.maintain_partitions",
        page="ops_partitionarchive_changelist",
        permission="ops.change_run",
        about="Makes the coming months' partitions of every declared table that are missing.",
        parameters=(
            Parameter("table", "Only this table", help="Its SQL name, audit_logs."),
            Parameter("day", "The partition of this day", kind="day", help="It needs a table."),
        ),
    ),
    Schedule("partition-maintenance", "maintain_partitions", Daily(time(3, 0))),
    Operation(
        "analyze_partitions",
        "Analyze partitioned tables",
        work="ops.jobs.analyze_partitions",
        permission="ops.change_run",
        priority="low",
        timeout=timedelta(hours=1),
        about="Gathers the planner's statistics of every declared table, which nothing else does.",
    ),
    Schedule("analyze-partitions", "analyze_partitions", Daily(time(4, 30)), catch_up="skip"),
    Operation(
        "clear_sessions",
        "Clear expired logins",
        work="ops.jobs.clear_sessions",
        permission="ops.change_run",
        priority="low",
        about="Deletes the logins whose time is over; nobody who works is logged out.",
    ),
    Schedule("clear-sessions", "clear_sessions", Daily(time(3, 30)), catch_up="skip"),
    Operation(
        "clean_ledger",
        "Clean the run ledger",
        work="ops.jobs.clean_ledger",
        permission="ops.change_run",
        priority="low",
        about="Forgets scheduled runs that ended more than 90 days ago; people's runs are kept.",
    ),
    Schedule("clean-ledger", "clean_ledger", Weekly(6, time(4, 0)), catch_up="skip"),
    PartitionedTable(
        "performance_snapshots",
        model="ops.PerformanceSnapshot",
        period="month",
        ahead=3,
        keep_months=3,
    ),
    Operation(
        "capture_snapshot",
        "Take a snapshot of the server's counters",
        work="ops.monitoring.snapshots.capture",
        page="ops_performancesnapshot_changelist",
        permission="ops.change_run",
        about="Keeps what the server has counted; the monitoring screens show the differences.",
    ),
    Schedule(
        "performance-snapshot", "capture_snapshot", Every(timedelta(minutes=5)), catch_up="skip"
    ),
    Operation(
        "clean_monitoring",
        "Forget old snapshots",
        work="ops.monitoring.snapshots.clean",
        permission="ops.change_run",
        priority="low",
        parameters=(Parameter("days", "Days to keep", kind="number", help="30 if empty."),),
        about="Forgets snapshots of the server's counters, and the queries that nothing names.",
    ),
    Schedule("cleanup-monitoring", "clean_monitoring", Weekly(6, time(4, 0)), catch_up="skip"),
    Operation(
        "check_alerts",
        "Check the alerts",
        work="ops.alerts.checking.check_alerts",
        page="ops_alert_changelist",
        permission="ops.change_run",
        about="Measures every rule; alerts open, change and close.",
    ),
    Schedule("check-alerts", "check_alerts", Every(timedelta(minutes=5)), catch_up="skip"),
    Operation(
        "deliver_alert",
        "Tell of an alert",
        work="ops.alerts.delivery.deliver",
        target_type="alert",
        priority="high",
        timeout=timedelta(minutes=1),
        max_attempts=8,
    ),
    # Ordered on the lists themselves, by who may see them.
    Operation(
        "count_rows",
        "Count the rows of a list",
        work="ops.admin.keyset.count_rows",
        permission="",
        target_type="list",
        priority="low",
        timeout=timedelta(minutes=30),
        parameters=(
            Parameter("list", "List", required=True),
            Parameter("query", "Filters"),
            Parameter("zone", "Time zone"),
        ),
        about="How many rows a long list has, with its filters; the list itself says about.",
    ),
    Operation(
        "refresh",
        "Refresh a materialized view",
        work="ops.matviews.refresh",
        page="ops_viewstatus_changelist",
        permission="ops.refresh_viewstatus",
        target_type="view",
        parameters=(Parameter("blocking", "Shut readers out meanwhile"),),
        timeout=timedelta(minutes=30),
    ),
    Operation(
        "archive_partition",
        "Archive a partition",
        work="ops.archive.work.archive",
        page="ops_partitionarchive_changelist",
        permission="ops.change_partitionarchive",
        target_type="partition",
        parameters=(Parameter("force", "Even if its table keeps it still"),),
        timeout=PARTITION_TIMEOUT,
        about="Takes the partition out of its table, writes it to Parquet, proves the file by"
        " reading it back, and holds the rows for some days. Cancelled, it puts the rows back.",
    ),
    Operation(
        "drop_partition",
        "Drop a held partition",
        work="ops.archive.work.drop",
        page="ops_partitionarchive_changelist",
        permission="ops.change_partitionarchive",
        target_type="partition",
        parameters=(Parameter("force", "Before the end of its hold"),),
        timeout=PARTITION_TIMEOUT,
        cancellable=False,
        about="Compares the held rows with what was exported once more, and drops them. The files"
        " stay, and the partition can be restored from them.",
    ),
    Operation(
        "restore_partition",
        "Restore a partition",
        work="ops.archive.work.restore",
        page="ops_partitionarchive_changelist",
        permission="ops.change_partitionarchive",
        target_type="partition",
        timeout=PARTITION_TIMEOUT,
        about="Brings the rows back into their table: the held ones, or those of the files.",
    ),
    Operation(
        "verify_archive",
        "Verify an archived partition",
        work="ops.archive.work.verify",
        page="ops_partitionarchive_changelist",
        permission="ops.change_partitionarchive",
        target_type="partition",
        timeout=PARTITION_TIMEOUT,
        priority="low",
        about="Reads the files back and compares count and fingerprint with the manifest.",
    ),
    Operation(
        "look_at_flat_table",
        "Dry run of a move from a flat table",
        work="ops.moving.work.look",
        permission="ops.change_partitionarchive",
        target_type="partition",
        parameters=MOVE_PARAMETERS,
        timeout=PARTITION_TIMEOUT,
        about="Reads the flat table as a move would, and says what would come and what not. Nothing"
        " is changed.",
    ),
    Operation(
        "migrate_to_partitioned_table",
        "Move rows in from a flat table",
        work="ops.moving.work.migrate",
        permission="ops.change_partitionarchive",
        target_type="partition",
        parameters=MOVE_PARAMETERS,
        timeout=PARTITION_TIMEOUT,
        about="Copies the rows in batches while both tables are read and written, proves them by"
        " count and fingerprint, and leaves the flat table as it is. Started again, it goes on.",
    ),
    Operation(
        "undo_migration",
        "Take back rows of a flat table",
        work="ops.moving.work.undo",
        permission="ops.change_partitionarchive",
        target_type="partition",
        parameters=(Parameter("source", "Flat table", required=True),),
        timeout=PARTITION_TIMEOUT,
        about="Deletes the rows that a move brought, but for those that were changed since.",
    ),
    # Ordered on the page of an export, by who may export it.
    Operation(
        "prepare_export",
        "Prepare an export",
        work="ops.exports.work.prepare",
        page="ops_exportfile_changelist",
        target_type="export",
        parameters=tuple(
            Parameter(name, label, required=name in ("export", "format"))
            for name, label in (
                ("export", "Export"),
                ("format", "Format"),
                ("personal", "With personal data"),
                ("since", "Since"),
                ("until", "Until"),
                ("zone", "Time zone"),
                ("filters", "Only"),
            )
        ),
        timeout=timedelta(hours=6),
        about="Writes the rows to a file, in parts; a try that breaks off goes on behind the last.",
    ),
    Operation(
        "clean_exports",
        "Take old exports away",
        work="ops.exports.work.clean",
        permission="ops.change_run",
        priority="low",
        about="Deletes prepared files whose time is over, and those that still have a member who"
        " was erased since.",
    ),
    Operation(
        "export_warehouse",
        "Export for the warehouse",
        work="ops.exports.warehouse.export_warehouse",
        permission="ops.change_run",
        priority="low",
        timeout=timedelta(hours=6),
        about="Writes the months that changed as Parquet, without personal data, and a manifest.",
    ),
    Schedule("export-warehouse", "export_warehouse", Weekly(6, time(1, 0))),
    Schedule("clean-exports", "clean_exports", Every(timedelta(hours=1)), catch_up="skip"),
    PersonalData(
        "audit_logs",
        "Action log",
        "entity_id",
        "blank",
        columns=ERASED,
        searched="details",
        reason="Who did what, and when, stays; on whom only the id.",
    ),
    PersonalData(
        "django_admin_log",
        "Forms that were saved",
        "object_id",
        "blank",
        columns={"object_repr": "", "change_message": ""},
        reason="Who saved a form, and when, stays; on whom only the id.",
    ),
    PersonalData(
        "ops_run",
        "Runs",
        "target",
        "keep",
        reason="Runs know members by id.",
    ),
    *RULES,
    *SCHEMA,
    *EXPORTS,
    *BACKUPS,
)
