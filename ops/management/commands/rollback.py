from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ops.schema.comparing import Finding
from ops.schema.reversing import (
    Plan,
    Trial,
    WrongName,
    refuse_trial,
    reverse,
    reverse_plan,
    try_reverse,
)
from ops.work import Refused

WRONG_USAGE = 2


class Command(BaseCommand):
    help = "Take a migration back, and all that stand on it; a dry run, unless --execute is given."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("app", metavar="APP")
        parser.add_argument(
            "migration", metavar="MIGRATION", help="Or the beginning of its name; zero: the first."
        )
        parser.add_argument("--execute", action="store_true", help="Do it, after a question.")
        parser.add_argument(
            "--confirm",
            metavar="APP",
            default="",
            help="The app's name, where nobody can be asked.",
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *, app: str, migration: str, execute: bool, **options: Any) -> None:
        confirmed: str = options["confirm"]
        if confirmed and not execute:
            raise CommandError("--confirm is for --execute.", returncode=WRONG_USAGE)
        is_asked = execute and not confirmed and sys.stdin.isatty()
        if execute and not is_asked:
            refuse_other_name(app, confirmed)
        try:
            plan = reverse_plan(app, migration)
            trial = self.tried(plan, execute)
            if trial and not options["json"]:
                self.stdout.write("\n".join(lines_of(trial)))
            if is_asked:
                self.ask(app)
            if execute:
                is_recorded = reverse(plan, trial)
        except WrongName as refusal:
            raise CommandError(str(refusal), returncode=WRONG_USAGE) from None
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        if options["json"]:
            names = {"migrations": [str(each) for each, _ in plan]}
            report = trial.values() if trial else names
            self.stdout.write(json.dumps({"executed": execute, **report}))
        elif execute:
            self.stdout.write(f"Taken back: {', '.join(str(each) for each, _ in plan)}.")
            if not is_recorded:
                self.stderr.write(
                    "The ledger and the action log have no row of it: one of them went with it."
                )
        else:
            self.stdout.write(f"Nothing was changed; rollback {app} {migration} --execute does it.")

    def tried(self, plan: Plan, execute: bool) -> Trial | None:
        """None for what cannot be tried, but may be done."""
        try:
            refuse_trial(plan)
        except Refused as reason:
            if not execute:
                raise
            self.stderr.write(str(reason))
            return None
        return try_reverse(plan)

    def ask(self, app: str) -> None:
        refuse_other_name(app, input(f"Type {app} to take them back: ").strip())


def refuse_other_name(app: str, typed: str) -> None:
    """Raises CommandError that exits with 2."""
    message = f"“{typed}” is not {app}: nothing was changed."
    if not typed:
        message = f"Nobody can be asked: add --confirm {app}."
    if typed != app:
        raise CommandError(message, returncode=WRONG_USAGE)


def lines_of(trial: Trial) -> list[str]:
    lines = [f"Taken back, the last first: {', '.join(trial.migrations)}."]
    for title, findings in (
        ("Would go", trial.goes),
        ("Would change", trial.changes),
        ("Would come", trial.comes),
    ):
        lines += section(title, findings)
    if trial.losses:
        lines.append("Would be lost:")
        lines += [f"  {each}" for each in trial.losses]
    else:
        lines.append("No data would be lost.")
    return lines


def section(title: str, findings: list[Finding]) -> list[str]:
    if not findings:
        return []
    objects = "object" if len(findings) == 1 else "objects"
    return [
        f"{title}: {len(findings):,} {objects}",
        *(f"  {each.kind} {each.name}" for each in findings),
    ]
