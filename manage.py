#!/usr/bin/env python
"""The entry point of every command. It starts the embedded services where none are named."""

from __future__ import annotations

import os
import sys

# These work while the services are down, or start them by themselves.
WITHOUT_SERVICES = {"services", "demo", "help", "version"}


def needs_services(arguments: list[str]) -> bool:
    asks_for_help = not arguments or {"-h", "--help", "--version"} & set(arguments)
    return not asks_for_help and arguments[0] not in WITHOUT_SERVICES


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if needs_services(sys.argv[1:]):
        start_services()
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from config.environment import Unreadable

    try:
        execute_from_command_line(sys.argv)
    except Unreadable as error:
        sys.exit(str(error))
    except OperationalError as error:
        if not (words := words_of_lost_connection(error)):
            raise
        sys.exit(words)


def words_of_lost_connection(error: Exception) -> str:
    """Also of one that was never made; "" where the server refused something else."""
    from django.conf import settings
    from psycopg import OperationalError

    from ops.errors import is_lost_connection

    if not (isinstance(error.__cause__, OperationalError) and is_lost_connection(error)):
        return ""
    name = "DATABASE_DIRECT_URL" if settings.DATABASE_DIRECT_URL else "DATABASE_URL"
    said = str(error).splitlines()[0]
    return (
        f"The database does not answer: {said}. See whether PostgreSQL runs, and whether {name} has"
        " its address, its database, and a user's name and password."
    )


def start_services() -> None:
    from config import services

    try:
        services.ensure_environment()
    except services.ServiceError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
