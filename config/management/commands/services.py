"""`manage.py services start|stop|status|reset`: the embedded PostgreSQL and Redis."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat

from config import demo, services


class Command(BaseCommand):
    help = "Start, stop, show or delete the embedded PostgreSQL and Redis."
    # It must work while the database is down.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=("start", "stop", "status", "reset"))
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--yes", action="store_true", help="reset without asking")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, options["action"])(**options)
        except services.ServiceError as error:
            raise CommandError(str(error)) from error

    def start(self, **options: Any) -> None:
        found = services.ensure_environment()
        report = {"database_url": found.database_url, "redis_url": found.redis_url}
        self.report(report, options, [f"{name}: {url}" for name, url in report.items()])

    def stop(self, **options: Any) -> None:
        with demo.no_demo(services.data_folder()):
            stopped = services.stop()
        said = f"Stopped {' and '.join(stopped)}." if stopped else "Nothing was running."
        self.report({"stopped": stopped}, options, [said])

    def status(self, **options: Any) -> None:
        found = services.status()
        lines = [describe("postgres", found.postgres), describe("redis", found.redis)]
        self.report(found.as_dict(), options, lines)

    def reset(self, **options: Any) -> None:
        data = services.data_folder()
        folder = services.services_folder(data)
        size = filesizeformat(services.folder_size(folder)).replace("\xa0", " ")
        question = f"Delete the embedded database and Redis data, {size} in {folder}? [y/N] "
        with demo.no_demo(data):
            if not options["yes"]:
                self.confirm(question)
            services.reset()
        self.report({"deleted": str(folder)}, options, [f"Deleted {folder}."])

    def confirm(self, question: str) -> None:
        if not sys.stdin.isatty():
            raise CommandError("reset deletes data: add --yes where nobody can be asked.")
        self.stdout.write(question, ending="")
        self.stdout.flush()
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            raise CommandError("Nothing was deleted.")

    def report(self, data: dict[str, Any], options: dict[str, Any], lines: list[str]) -> None:
        self.stdout.write(json.dumps(data) if options["json"] else "\n".join(lines))


def describe(name: str, service: services.ServiceStatus) -> str:
    if service.external:
        return f"{name:<9} external: the environment names it"
    if not service.running:
        return f"{name:<9} stopped   {service.data}"
    return f"{name:<9} running   {service.version}, pid {service.pid}, {service.data}"
