"""`manage.py demo`: everything of Steward, on this machine, from one command."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import demo, services
from config.services import paths


def port_number(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not between 1 and 65535")
    return port


class Command(BaseCommand):
    help = "Run Steward on this machine: database, Redis, demo content, web, workers, ticker."
    # The services, which the checks ask for, are started here.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=port_number, default=8000, help="default: 8000")
        parser.add_argument("--fresh", action="store_true", help="delete the demo's data first")
        parser.add_argument("--yes", action="store_true", help="delete without asking")
        parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        data = paths.data_folder()
        try:
            if options["prepare"]:
                demo.prepare(data, self.say)
            elif code := self.demo(options).run(fresh=options["fresh"]):
                sys.exit(code)
        except (demo.DemoError, services.ServiceError) as error:
            raise CommandError(str(error)) from error
        except BrokenPipeError:
            # Nobody reads any more: end without a word about it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)

    def demo(self, options: dict[str, Any]) -> demo.Demo:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        confirm = (lambda question: True) if options["yes"] else self.confirm
        return demo.Demo(options["port"], paths.data_folder(), self.say, confirm, colour)

    def confirm(self, question: str) -> bool:
        if not sys.stdin.isatty():
            raise CommandError("--fresh deletes data: add --yes where nobody can be asked.")
        self.stdout.write(f"{question} [y/N] ", ending="")
        self.stdout.flush()
        return sys.stdin.readline().strip().lower() in {"y", "yes"}

    def say(self, line: str) -> None:
        """At once, also into a file."""
        self.stdout.write(line)
        self.stdout.flush()
