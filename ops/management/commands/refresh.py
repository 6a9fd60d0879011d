from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ops.matviews import REFRESH, in_dependency_order, stale_views
from ops.models import Run
from ops.models.run import Status
from ops.registry import MaterializedView, declared
from ops.runner import perform_here
from ops.work import Refused

WRONG_USAGE = 2


class Command(BaseCommand):
    help = "Refresh materialized views, each after those it depends on; without names, all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("views", nargs="*", metavar="VIEW")
        parser.add_argument("--if-stale", action="store_true", help="Leave out those still fresh.")
        parser.add_argument(
            "--blocking",
            action="store_true",
            help="Shut readers out meanwhile; only for views that are named.",
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *, views: list[str], blocking: bool, **options: Any) -> None:
        if blocking and not views:
            raise CommandError("Name the views for --blocking.", returncode=WRONG_USAGE)
        try:
            names = in_dependency_order(views or declared(MaterializedView))
        except Refused as error:
            raise CommandError(str(error), returncode=WRONG_USAGE) from None
        stale = stale_views() if options["if_stale"] else names
        runs = [self.refresh(name, blocking) for name in names if name in stale]
        self.report(
            runs, fresh=[name for name in names if name not in stale], as_json=options["json"]
        )
        if failed := [run for run in runs if run.error]:
            raise CommandError(" ".join(f"{run.target}: {run.error}" for run in failed))

    def refresh(self, name: str, blocking: bool) -> Run:
        parameters = {"blocking": True} if blocking else {}
        run, _ = perform_here(operation=REFRESH, target=name, parameters=parameters)
        return run

    def report(self, runs: list[Run], *, fresh: list[str], as_json: bool) -> None:
        if as_json:
            rows = {run.target: {"run": str(run.pk), "status": run.status} for run in runs}
            self.stdout.write(json.dumps({"runs": rows, "fresh": fresh}))
            return
        for name in fresh:
            self.stdout.write(f"{name}: fresh.")
        for run in runs:
            if run.status == Status.COMPLETED:
                self.stdout.write(f"{run.target}: {run.result}")
            elif not run.error:
                self.stdout.write(f"{run.target}: it is being refreshed already.")
