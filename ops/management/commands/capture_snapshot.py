from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ops.runner import perform_here


class Command(BaseCommand):
    help = "Keep the server's counters as they stand, for the monitoring screens."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, **options: Any) -> None:
        run, _ = perform_here(operation="capture_snapshot")
        if run.error:
            raise CommandError(run.error)
        report = json.dumps({"run": str(run.pk), "status": run.status})
        self.stdout.write(report if options["json"] else run.result)
