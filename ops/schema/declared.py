"""What ops do with the schema."""

from __future__ import annotations

from datetime import time, timedelta

from ops.registry import Operation, Parameter, Schedule, Weekly

SCHEMA = (
    Operation(
        "verify_schema",
        "Verify the schema",
        work="ops.schema.work.verify",
        page="ops_schemaexpectation_changelist",
        permission="ops.change_run",
        priority="low",
        timeout=timedelta(minutes=10),
        max_attempts=1,
        parameters=(
            Parameter(
                "rebuild",
                "Build the database to compare with again",
                kind="yes_no",
                help="Otherwise it is built when the migrations have changed.",
            ),
        ),
        about="Compares every table, index, trigger, function, policy and grant with what the"
        " migrations make of an empty database. That takes a quarter of a minute once, then a"
        " second.",
    ),
    Schedule("verify-schema", "verify_schema", Weekly(0, time(4, 15))),
)
