"""A PostgreSQL and Redis of the bench's own, beside the demo's and the tests'.

Written without fsync, like the tests': a machine that crashes costs a bench, and no data.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import django
from django.core.management import call_command

from config import services
from config.services import paths

KEPT = "steward_kept"
FOLDER = paths.data_folder() / "bench"


def open_house() -> None:
    """Starts the servers, and Django on them with every migration applied."""
    os.environ["STEWARD_DATA"] = str(FOLDER)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ |= {"STEWARD_INSECURE_HTTP": "1", "ALLOWED_HOSTS": "testserver"}
    os.environ.setdefault("LOG_LEVEL", "CRITICAL")
    for variable in services.VARIABLES.values():
        os.environ.pop(variable, None)
    services.ensure_environment(FOLDER, durable=False)
    django.setup()
    migrate()
    call_command("collectstatic", interactive=False, verbosity=0)


def close_house() -> None:
    services.stop(FOLDER)


def migrate() -> None:
    call_command("migrate", verbosity=0)


def start_over() -> None:
    """An empty database, with the tables that migrations make."""
    from django.db import connection

    _copy("template1", connection.settings_dict["NAME"])
    migrate()


def keep() -> None:
    """A copy of the database as it stands, for `bring_back`."""
    from django.db import connection

    _copy(connection.settings_dict["NAME"], KEPT)


def bring_back() -> None:
    from django.db import connection

    _copy(KEPT, connection.settings_dict["NAME"])


def forget_kept() -> None:
    _elsewhere((f"DROP DATABASE IF EXISTS {KEPT}",))


def has_kept() -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [KEPT])
        return cursor.fetchone() is not None


def _copy(source: str, target: str) -> None:
    _elsewhere(
        (
            f"DROP DATABASE IF EXISTS {target} WITH (FORCE)",
            f"CREATE DATABASE {target} TEMPLATE {source} STRATEGY FILE_COPY",
        )
    )


def _elsewhere(statements: Sequence[str]) -> None:
    """From the database `postgres`: nobody may be in the one that is copied."""
    from django.db import connections

    connections.close_all()
    with connections["default"]._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
