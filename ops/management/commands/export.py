from __future__ import annotations

import json
from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from ops.errors import reason_of
from ops.exports.files import write_export
from ops.exports.filters import chosen_filters
from ops.exports.orders import FORMATS, Order, export_named
from ops.work import Refused

WRONG_USAGE = 2


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no date like 2026-11-21") from None


class Command(BaseCommand):
    help = "Write a declared export to a file: whole, or not at all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--format", choices=FORMATS, default="csv")
        parser.add_argument("--output", type=Path, required=True, metavar="PATH")
        parser.add_argument("--since", type=day, metavar="DAY", help="From this day on.")
        parser.add_argument("--until", type=day, metavar="DAY", help="Up to this day.")
        parser.add_argument(
            "--only",
            action="append",
            default=[],
            metavar="FILTER=VALUE",
            help="One of the export's own filters, member=…",
        )
        parser.add_argument(
            "--without-personal-data", action="store_true", help="Leave its columns out."
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *, name: str, output: Path, **options: Any) -> None:
        order = self.order(name, options)
        if output.is_dir() or not output.absolute().parent.is_dir():
            raise CommandError(f"{output} is no file in a folder that exists.", returncode=2)
        try:
            rows = write_export(order=order, path=output.absolute())
        except DatabaseError as error:
            raise CommandError(f"Nothing was written: {reason_of(error)}") from error
        except OSError as error:
            raise CommandError(f"Nothing was written: {error.strerror}: {output}") from error
        figures = {
            **order.parameters(),
            "rows": rows,
            "bytes": output.stat().st_size,
            "output": str(output),
        }
        text = f"{rows:,} rows of {order} in {output}."
        self.stdout.write(json.dumps(figures) if options["json"] else text)

    def order(self, name: str, options: dict[str, Any]) -> Order:
        """Raises CommandError with the code of wrong usage."""
        typed = dict(each.partition("=")[::2] for each in options["only"])
        try:
            export = export_named(name)
            return Order(
                export=export,
                format=options["format"],
                with_personal=not options["without_personal_data"],
                since=options["since"],
                until=options["until"],
                chosen=chosen_filters(
                    export, typed, has_period=bool(options["since"] or options["until"])
                ),
            )
        except Refused as error:
            raise CommandError(str(error), returncode=WRONG_USAGE) from None
