from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from flavors.importing.categories import import_categories
from flavors.importing.reading import FileError, refuse_size
from flavors.models.choices import CategoryKind
from ops.errors import reason_of


class Command(BaseCommand):
    help = "Import a tree of flavor categories with its colours, from JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--kind", choices=CategoryKind.values, default=CategoryKind.FLAVOR.value
        )
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            refuse_size(file.stat().st_size)
            account = getpass.getuser()
            with pghistory.context(command="import_flavor_categories", os_user=account):
                counts = import_categories(
                    file_name=file.name,
                    data=file.read_bytes(),
                    kind=options["kind"],
                    dry_run=options["dry_run"],
                    account=account,
                ).counts
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}.") from None
        except (FileError, DatabaseError) as error:
            raise CommandError(reason_of(error)) from None
        told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        self.stdout.write(json.dumps(counts) if options["json"] else f"{told}.")
