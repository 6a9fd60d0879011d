"""Commands that do what an operation does."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ops.runner import perform_here


class OperationCommand(BaseCommand):
    """Performs its operation here, as a run of the ledger."""

    operation: str

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, **options: Any) -> None:
        run, created = perform_here(operation=self.operation)
        if run.error:
            raise CommandError(run.error)
        if options["json"]:
            figures = {"run": str(run.pk), "status": run.status, **run.figures}
            self.stdout.write(json.dumps(figures))
        else:
            self.stdout.write(run.result if created else "It is being done already.")
