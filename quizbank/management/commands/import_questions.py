from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from ops.errors import reason_of
from quizbank.formats import FORMATS, FormatError
from quizbank.importing import import_file, refuse_size


class Command(BaseCommand):
    help = "Import a file of questions: all of it in one transaction, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=FORMATS)
        parser.add_argument("--exam", help="Override the exam that the file names.")
        parser.add_argument("--publish", action="store_true")
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen.")
        parser.add_argument("--encoding", default="utf-8")
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *, file: Path, **options: Any) -> None:
        account = getpass.getuser()
        try:
            refuse_size(file.stat().st_size)
            with pghistory.context(command="import_questions", os_user=account):
                batch = import_file(
                    file_name=file.name,
                    data=file.read_bytes(),
                    format_name=options["format"],
                    exam=options["exam"],
                    publish=options["publish"],
                    encoding=options["encoding"],
                    account=account,
                    dry_run=options["dry_run"],
                )
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}.") from None
        except (FormatError, DatabaseError) as error:
            raise CommandError(reason_of(error)) from None
        counts = {
            name: batch.counts[name] for name in ("created", "changed", "unchanged", "refused")
        }
        if options["json"]:
            key = None if options["dry_run"] else str(batch.pk)
            lines = {"errors": batch.errors, "notes": batch.report["notes"]}
            self.stdout.write(json.dumps(counts | lines | {"batch": key}))
            return
        for row in batch.errors:
            self.stderr.write(f"line {row['line']}: {row['reason']}")
        for row in batch.report["notes"]:
            self.stderr.write(f"line {row['line']}: note: {row['reason']}")
        self.stdout.write(", ".join(f"{count:,} {name}" for name, count in counts.items()) + ".")
