from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ops.models import Run
from ops.models.run import Status
from ops.moving.sources import shape_of, sources_of
from ops.moving.work import BATCH, LARGEST_BATCH
from ops.partitions import table_named
from ops.registry import PartitionedTable, declared
from ops.runner import perform_here
from ops.work import Refused

WRONG_USAGE = 2


class Command(BaseCommand):
    help = (
        "Move the rows of a flat table into a partitioned one, while both are read and written."
        " Without --execute, say what would come and what not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "source",
            nargs="?",
            default="",
            help="public.flavor_descriptors_flat; the one that fits",
        )
        parser.add_argument("--table", default="", help="The partitioned table.")
        parser.add_argument("--batch-size", type=int, default=BATCH, metavar="ROWS")
        act = parser.add_mutually_exclusive_group()
        act.add_argument("--list", action="store_true", help="The flat tables there are.")
        act.add_argument("--dry-run", action="store_true", help="Change nothing: the default.")
        act.add_argument("--execute", action="store_true", help="Move the rows, or go on moving.")
        act.add_argument("--undo", action="store_true", help="Take back what was moved.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *, source: str, table: str, batch_size: int, **options: Any) -> None:
        target = chosen(table)
        if not 1 <= batch_size <= LARGEST_BATCH:
            wrong(f"--batch-size is 1 to {LARGEST_BATCH:,}.")
        if options["list"]:
            self.list(target, options["json"])
            return
        if options["undo"]:
            if not source:
                wrong("Name the flat table whose rows are to be taken back.")
            self.do("undo_migration", target, {"source": source}, options["json"])
            return
        operation = "migrate_to_partitioned_table" if options["execute"] else "look_at_flat_table"
        self.do(operation, target, {"source": source, "batch_size": batch_size}, options["json"])

    def list(self, target: PartitionedTable, as_json: bool) -> None:
        found = sources_of(target)
        if as_json:
            rows = [
                {"source": s.name, "rows": s.rows, "bytes": s.bytes, "obstacles": s.obstacles}
                for s in found
            ]
            self.stdout.write(json.dumps({"table": target.name, "sources": rows}))
            return
        for each in found:
            state = " ".join(each.obstacles) or "fits"
            size = "rows not counted" if each.rows is None else f"about {each.rows:,} rows"
            self.stdout.write(f"{each.name}, {size}: {state}")
        if not found:
            self.stdout.write(f"No table has the columns that {target.name} needs.")

    def do(
        self, operation: str, target: PartitionedTable, given: dict[str, Any], as_json: bool
    ) -> None:
        """The first try in this process. Raises CommandError when it did not succeed."""
        run, made = perform_here(
            operation=operation,
            target=target.name,
            parameters={name: value for name, value in given.items() if value},
        )
        if as_json:
            self.stdout.write(json.dumps(as_object(run)))
        elif run.status == Status.COMPLETED:
            self.stdout.write(run.result)
            for each in run.figures.get("reasons") or run.figures.get("refusals") or []:
                examples = f" ({each['examples']})" if each.get("examples") else ""
                self.stdout.write(f"  {each['rows']:,} refused: {each['reason']}{examples}")
        if not made:
            raise CommandError(f"Run {run.pk} works on {target.name} already.")
        if run.status != Status.COMPLETED:
            later = " The ticker tries it again." if run.status == Status.PENDING else ""
            raise CommandError(f"{run.error or run.get_status_display()}{later}")


def chosen(name: str) -> PartitionedTable:
    """The table of this name, or the only one that takes flat tables. Exits with 2."""
    takers = [each for each in declared(PartitionedTable).values() if each.flat]
    try:
        if name:
            found = table_named(name)
            shape_of(found)
            return found
    except Refused as error:
        wrong(str(error))
    if len(takers) != 1:
        wrong(f"Name the table with --table: {', '.join(each.name for each in takers)}.")
    return takers[0]


def wrong(message: str) -> None:
    raise CommandError(message, returncode=WRONG_USAGE)


def as_object(run: Run) -> dict[str, Any]:
    return {
        "run": str(run.pk),
        "operation": run.operation,
        "table": run.target,
        "status": run.status,
        "result": run.result,
        "figures": run.figures,
        "error": run.error,
    }
