from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from flavors.importing import FileError, import_file, refuse_size
from flavors.models.choices import DescriptorType, SourceType
from ops.errors import reason_of


class Command(BaseCommand):
    help = "Import tasting notes from CSV or JSON: all of them in one transaction, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--text-column", required=True, help="Where the words are.")
        parser.add_argument("--item-column", default="", help="What was tasted.")
        parser.add_argument("--separator", default=",", help="Between the words of a row.")
        parser.add_argument("--member", default="", metavar="EMAIL", help="Whose notes they are.")
        parser.add_argument(
            "--source-type", choices=SourceType.values, default=SourceType.QUICK_REVIEW.value
        )
        parser.add_argument(
            "--descriptor-type", choices=DescriptorType.values, default=DescriptorType.FLAVOR.value
        )
        parser.add_argument("--encoding", default="utf-8")
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *, file: Path, **options: Any) -> None:
        account = getpass.getuser()
        names = ("text_column", "item_column", "separator", "member", "source_type",
                 "descriptor_type", "encoding")  # fmt: skip
        try:
            refuse_size(file.stat().st_size)
            with pghistory.context(command="import_descriptors", os_user=account):
                batch = import_file(
                    file_name=file.name,
                    data=file.read_bytes(),
                    dry_run=options["dry_run"],
                    account=account,
                    **{name: options[name] for name in names},
                )
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}.") from None
        except (FileError, DatabaseError) as error:
            raise CommandError(reason_of(error)) from None
        if options["json"]:
            key = None if options["dry_run"] else str(batch.pk)
            self.stdout.write(json.dumps(batch.counts | {"errors": batch.errors, "batch": key}))
            return
        for row in batch.errors:
            self.stderr.write(f"line {row['line']}: {row['reason']}")
        told = (f"{count:,} {name.replace('_', ' ')}" for name, count in batch.counts.items())
        self.stdout.write(", ".join(told) + ".")
