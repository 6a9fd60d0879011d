"""What the house itself declares."""

from __future__ import annotations

from datetime import time, timedelta

from ops.registry import Daily, Operation, Parameter, PartitionedTable, Schedule, Weekly, register

register(
    PartitionedTable("audit_logs", model="ops.AuditEntry", period="month", ahead=3, keep_months=36),
    Operation(
        "maintain_partitions",
        "Make partitions ahead",
        work="ops.jobs.maintain_partitions",
        permission="ops.change_run",
        about="Makes the coming months' partitions of every declared table that are missing.",
    ),
    Schedule("partition-maintenance", "maintain_partitions", Daily(time(3, 0))),
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
    Operation(
        "refresh",
        "Refresh a materialized view",
        work="ops.matviews.refresh",
        permission="ops.refresh_viewstatus",
        target_type="view",
        parameters=(Parameter("blocking", "Shut readers out meanwhile"),),
        timeout=timedelta(minutes=30),
    ),
)
