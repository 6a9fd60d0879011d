from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat

from ops.backups import pruning, restoring
from ops.backups.errors import BackupFailed
from ops.models import Backup, Run
from ops.models.run import Status
from ops.runner import perform_here
from ops.work import Refused

WRONG_USAGE = 2
# Which arguments each takes.
TAKES = {
    "run": {"verify"},
    "list": set(),
    "verify": {"file"},
    "prune": {"dry_run"},
    "restore": {"file", "into"},
    "erase-again": set(),
}


class Command(BaseCommand):
    help = "Back the database up, prove a backup by restoring it, delete old ones, restore one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=tuple(TAKES))
        parser.add_argument("file", nargs="?", default="", metavar="FILE")
        parser.add_argument("--verify", action="store_true", help="run: restore it afterwards.")
        parser.add_argument("--dry-run", action="store_true", help="prune: say what would go.")
        parser.add_argument("--into", default="", metavar="DATABASE", help="restore: a new one.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *, action: str, **options: Any) -> None:
        refuse_wrong_usage(action, options)
        self.as_json: bool = options["json"]
        {
            "run": self.run,
            "list": self.list,
            "verify": self.verify,
            "prune": self.prune,
            "restore": self.restore,
            "erase-again": self.erase_again,
        }[action](options)

    def say(self, text: str, values: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(values) if self.as_json else text)

    # --- Runs --------------------------------------------------------------------------------
    def run(self, options: dict[str, Any]) -> None:
        runs = [self.perform("back_up")]
        if options["verify"]:
            runs.append(self.perform("verify_backup"))
        self.report(runs)

    def verify(self, options: dict[str, Any]) -> None:
        name = options["file"]
        known = Backup.objects.kept().filter(file_name=Path(name).name).first() if name else None
        if name and known is None:
            raise CommandError(f"{name} is no backup that is kept: see backup list.")
        self.report([self.perform("verify_backup", backup=str(known.pk) if known else "")])

    def prune(self, options: dict[str, Any]) -> None:
        if not options["dry_run"]:
            self.report([self.perform("prune_backups")])
            return
        names = [backup.file_name for backup in pruning.outdated()]
        text = f"Would delete: {', '.join(names)}." if names else "It would delete nothing."
        self.say(text, {"would_delete": names})

    def perform(self, operation: str, **parameters: str) -> Run:
        """The first try, in this process. Raises CommandError when it did not succeed."""
        given = {name: value for name, value in parameters.items() if value}
        run, is_new = perform_here(operation=operation, parameters=given)
        if not is_new:
            raise CommandError(f"Run {run.pk} does that already.")
        if run.status != Status.COMPLETED:
            again = " The ticker tries it again." if run.status == Status.PENDING else ""
            raise CommandError(f"{run.error or run.get_status_display()}{again}")
        return run

    def report(self, runs: list[Run]) -> None:
        rows = [{"run": str(run.pk), "result": run.result, "figures": run.figures} for run in runs]
        self.say(" ".join(run.result for run in runs), {"runs": rows})

    # --- What there is -----------------------------------------------------------------------
    def list(self, options: dict[str, Any]) -> None:
        backups = list(Backup.objects.exclude(state="deleted"))
        lines = [line_of(backup) for backup in backups] or ["There is no backup yet."]
        self.say("\n".join(lines), {"backups": [row_of(backup) for backup in backups]})

    # --- The way back ------------------------------------------------------------------------
    def restore(self, options: dict[str, Any]) -> None:
        try:
            done = restoring.restore(options["file"], into=options["into"])
        except (Refused, BackupFailed) as error:
            raise CommandError(str(error)) from error
        self.say(done.text, dict(done.figures))

    def erase_again(self, options: dict[str, Any]) -> None:
        """In the database that Steward uses now, after it was brought back by other means."""
        try:
            number = restoring.erase_here()
        except Refused as error:
            raise CommandError(str(error)) from error
        self.say(restoring.erased_again(number), {"erased_again": number})


def refuse_wrong_usage(action: str, options: dict[str, Any]) -> None:
    """Raises CommandError that exits with 2."""
    given = {name for name in ("file", "verify", "dry_run", "into") if options[name]}
    message = ""
    if wrong := given - TAKES[action]:
        names = ", ".join(sorted(name.replace("_", "-") for name in wrong))
        message = f"backup {action} does not take {names}."
    elif action == "restore" and given != {"file", "into"}:
        message = "Say what and where: backup restore FILE --into DATABASE."
    if message:
        raise CommandError(message, returncode=WRONG_USAGE)


def row_of(backup: Backup) -> dict[str, Any]:
    return {
        "file": backup.file_name,
        "state": backup.state,
        "made_at": backup.created_at.isoformat(),
        "seconds": round(backup.took.total_seconds(), 1) if backup.took else None,
        "bytes": backup.size,
        "verdict": backup.verdict,
        "drilled_at": backup.drilled_at.isoformat() if backup.drilled_at else None,
        "problem": backup.problem or backup.error,
        "expires_at": backup.expires_at.isoformat(),
    }


def line_of(backup: Backup) -> str:
    state = backup.get_verdict_display() if backup.is_kept else backup.get_state_display()
    why = backup.problem or backup.error
    return (
        f"{backup.file_name:<48} {filesizeformat(backup.size or 0):>10}  {state}"
        f"{f': {why}' if why else ''}"
    )
