from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ops.models.run import Status
from ops.runner import perform_here
from ops.schema.work import VERIFY


class Command(BaseCommand):
    help = "Compare the schema with what the migrations make of an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rebuild",
            action="store_true",
            help="Make that database again, though the migrations are the same as last time.",
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *, rebuild: bool, **options: Any) -> None:
        run, created = perform_here(
            operation=VERIFY, parameters={"rebuild": True} if rebuild else {}
        )
        if not created:
            raise CommandError(f"It is being verified already: run {run.pk}.")
        if run.status != Status.COMPLETED:
            raise CommandError(run.error or run.get_status_display())
        if options["json"]:
            self.stdout.write(json.dumps({"run": str(run.pk), **run.figures}))
        elif run.figures["differs"]:
            self.stdout.write("\n".join(lines_of(run.figures["differences"])))
        else:
            self.stdout.write(run.result)
        if run.figures["differs"]:
            raise CommandError(run.result)


def lines_of(differences: list[Mapping[str, str]]) -> list[str]:
    lines = []
    for each in differences:
        lines.append(f"{each['state']:<8} {each['kind']} {each['name']}")
        if each["state"] == "drifted":
            lines += [f"    {line}" for line in each["difference"].splitlines()]
    return lines
