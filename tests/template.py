"""One migrated database, of which each test process takes a copy."""

from __future__ import annotations

import gc
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from psycopg import sql

from config.services import paths

# What migrations read; the rest is brought up to date in each copy, as after every migrate.
SOURCES = ("*/migrations/*.py", "*/sql/*.sql", "*/models/**/*.py", "*/apps.py", "config/roles.py")
PREFIX = "template_steward_"
SECONDS = 1800


def migrated() -> str:
    """The name of the template of these sources and of today, whose partitions stand in it."""
    name = f"{PREFIX}{fingerprint()}"
    lock = Path(os.environ["STEWARD_DATA"]) / "template.lock"
    with paths.locked(lock, seconds=SECONDS, busy="The template is being made for too long."):
        known = _templates()
        if name not in known:
            _make(name)
            for older in known:
                _execute("DROP DATABASE {}", older)
    return name


def fingerprint() -> str:
    digest = hashlib.sha256(str(datetime.now(UTC).date()).encode())
    files = [found for pattern in SOURCES for found in paths.CHECKOUT.glob(pattern)]
    for file in (*sorted(files), paths.CHECKOUT / "uv.lock"):
        digest.update(f"{file.relative_to(paths.CHECKOUT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _make(name: str) -> None:
    """Under another name until it is whole."""
    before = connection.settings_dict["NAME"]
    # The models between the migrations are a third faster to make so.
    gc.disable()
    draft = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    gc.enable()
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = before
    _execute("ALTER DATABASE {} RENAME TO {}", draft, name)


def _templates() -> list[str]:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        return [name for (name,) in cursor.fetchall()]


def _execute(statement: str, *names: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
