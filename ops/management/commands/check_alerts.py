from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ops.runner import perform_here


class Command(BaseCommand):
    help = "Measure every alert rule now; alerts open, change and close."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, **options: Any) -> None:
        run, created = perform_here(operation="check_alerts")
        if run.error:
            raise CommandError(run.error)
        if options["json"]:
            self.stdout.write(json.dumps({"run": str(run.pk), **run.figures}))
        else:
            self.stdout.write(run.result if created else "They are being checked already.")
