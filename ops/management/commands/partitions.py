from __future__ import annotations

import json
from argparse import ArgumentTypeError
from collections.abc import Iterable
from datetime import UTC, date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from ops.archive.standing import PartitionFacts, TableFacts, partitioned_tables
from ops.models import Run
from ops.models.run import Status
from ops.partitions import table_named
from ops.runner import perform_here
from ops.work import Refused

WRONG_USAGE = 2
# Each is done to the one partition that is named, but for verify: without names, to all.
OPERATIONS = {
    "archive": "archive_partition",
    "drop": "drop_partition",
    "restore": "restore_partition",
    "verify": "verify_archive",
}
FORCED = ("archive", "drop")


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no date like 2026-11-21") from None


class Command(BaseCommand):
    help = "List partitions, make them ahead, archive, restore, verify and drop them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=("list", "ensure", *OPERATIONS))
        parser.add_argument("table", nargs="?", default="", metavar="TABLE")
        parser.add_argument("partition", nargs="?", default="", metavar="PARTITION")
        parser.add_argument(
            "--date", type=day, metavar="D", help="ensure: the partition of this day, 2026-11-21."
        )
        parser.add_argument(
            "--force",
            action="store_true",
            help="archive: even if its table keeps it still; drop: before the end of its hold.",
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *, action: str, table: str, partition: str, **options: Any) -> None:
        refuse_wrong_usage(action, table, partition, options["date"], options["force"])
        as_json: bool = options["json"]
        if action == "list":
            self.list(chosen(table), as_json)
        elif action == "ensure":
            self.ensure(table, options["date"], as_json)
        else:
            targets = [f"{table}.{partition}"] if partition else with_files(chosen(table))
            parameters = {"force": True} if options["force"] else {}
            self.do(OPERATIONS[action], targets, parameters, as_json)

    # --- What there is -----------------------------------------------------------------------
    def list(self, tables: Iterable[TableFacts], as_json: bool) -> None:
        if as_json:
            found = {table.name: [row_of(each) for each in table.partitions] for table in tables}
            self.stdout.write(json.dumps({"tables": found}))
        else:
            for table in tables:
                self.stdout.write(f"{table.name}:")
                for each in table.partitions:
                    self.stdout.write(line_of(each))
        for table in tables:
            if table.lacks_future:
                self.stderr.write(
                    f"{table.name} has {len(table.future)} partitions ahead: run partitions ensure."
                )

    # --- Runs --------------------------------------------------------------------------------
    def ensure(self, table: str, wanted: date | None, as_json: bool) -> None:
        given = {"table": table, "day": wanted.isoformat() if wanted else ""}
        parameters = {name: value for name, value in given.items() if value}
        self.do("maintain_partitions", [""], parameters, as_json)

    def do(
        self, operation: str, targets: Iterable[str], parameters: dict[str, Any], as_json: bool
    ) -> None:
        """The first try of each in this process. Raises CommandError when one did not succeed."""
        runs = [
            perform_here(operation=operation, target=target, parameters=parameters)
            for target in targets
        ]
        if as_json:
            rows = [
                {
                    "run": str(run.pk),
                    "target": run.target,
                    "status": run.status,
                    "result": run.result,
                    "figures": run.figures,
                    "error": run.error,
                }
                for run, _ in runs
            ]
            self.stdout.write(json.dumps({"runs": rows}))
        else:
            for run, _ in runs:
                if run.status == Status.COMPLETED:
                    self.stdout.write(run.result)
        if problems := [text for run, made in runs if (text := problem_of(run, made))]:
            raise CommandError(" ".join(problems))


def refuse_wrong_usage(
    action: str, table: str, partition: str, wanted: date | None, force: bool
) -> None:
    """Raises CommandError that exits with 2."""
    message = ""
    if action in OPERATIONS and action != "verify" and not partition:
        message = f"Name the table and the partition: partitions {action} TABLE PARTITION."
    elif action in ("list", "ensure") and partition:
        message = f"partitions {action} takes a table, and no partition."
    elif wanted and action != "ensure":
        message = "--date is for ensure."
    elif wanted and not table:
        message = "Name the table for --date."
    elif force and action not in FORCED:
        message = "--force is for archive and drop."
    elif table:
        try:
            table_named(table)
        except Refused as error:
            message = str(error)
    if message:
        raise CommandError(message, returncode=WRONG_USAGE)


def chosen(table: str) -> list[TableFacts]:
    found = partitioned_tables(timezone.now())
    return [each for each in found if each.name == table] if table else found


def with_files(tables: Iterable[TableFacts]) -> list[str]:
    """The targets of all that have files still."""
    return [each.target for table in tables for each in table.partitions if each.is_counted]


def problem_of(run: Run, is_new: bool) -> str:
    """Empty when the run did what it should."""
    if run.status == Status.COMPLETED:
        return ""
    name = run.target or run.operation
    if not is_new:
        return f"{name}: run {run.pk} works on it already."
    if run.status == Status.PENDING:
        return f"{name}: {run.error or 'it waits'} The ticker tries it again."
    return f"{name}: {run.error or run.get_status_display()}"


def row_of(facts: PartitionFacts) -> dict[str, Any]:
    return {
        "partition": facts.name,
        "from": facts.lower.isoformat(),
        "until": facts.upper.isoformat(),
        "rows": facts.rows,
        "rows_are_exact": facts.is_counted,
        "bytes": facts.relation.bytes if facts.relation else None,
        "file_bytes": facts.file_bytes if facts.is_counted else None,
        "state": facts.standing.lower(),
        "kept_until": facts.kept_until.isoformat() if facts.kept_until else None,
        "held_until": facts.held_until.isoformat() if facts.held_until else None,
        "run": str(facts.run.pk) if facts.run else None,
    }


def line_of(facts: PartitionFacts) -> str:
    rows = "" if facts.rows is None else f"{'' if facts.is_counted else '~'}{facts.rows:,}"
    size = facts.relation.bytes if facts.relation else facts.file_bytes
    state = facts.standing.lower()
    if facts.held_until:
        state += f" until {facts.held_until.astimezone(UTC):%Y-%m-%d}"
    elif facts.is_due:
        state += ", retention over"
    return (
        f"  {facts.name:<32} {facts.lower:%Y-%m-%d} {facts.upper:%Y-%m-%d}"
        f" {rows:>14} {filesizeformat(size or 0):>10}  {state}"
    )
