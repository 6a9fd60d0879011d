"""A database that is made by the migrations alone, looked at, and dropped.

It is dropped however the work ends; what a killed process left is dropped by the next one. Only
databases with the prefix of this database are ever touched.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from ops.schema.reading import SchemaObject, read_catalog
from ops.work import Refused

# The models between the migrations are a third faster to make without collecting garbage.
PROGRAM = "import gc; gc.disable(); import runpy; runpy.run_path('manage.py', run_name='__main__')"

# (done, total); may raise to stop.
type Progress = Callable[[int, int], None]


def catalog_of_migrations(progress: Progress) -> list[SchemaObject]:
    """Takes a quarter of a minute. Raises Refused where no database can be made or migrated."""
    with shadow_database() as name:
        migrate(name, progress)
        with connect(name) as conn:
            return read_catalog(conn)


@contextmanager
def shadow_database() -> Iterator[str]:
    prefix = shadow_prefix()
    drop_leftovers(prefix)
    name = f"{prefix}{uuid4().hex[:8]}"
    try:
        execute("CREATE DATABASE {} TEMPLATE template1", name)
    except InsufficientPrivilege:
        raise Refused("A database to compare with has to be made: grant CREATEDB.") from None
    try:
        yield name
    finally:
        execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def shadow_prefix() -> str:
    """Of this database; another of the same server has its own."""
    digest = hashlib.sha256(connection.settings_dict["NAME"].encode()).hexdigest()
    return f"steward_shadow_{digest[:8]}_"


def drop_leftovers(prefix: str) -> None:
    """The ledger lets one run work at a time: what is there is nobody's."""
    with connect() as conn:
        found = conn.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]
        ).fetchall()
    for (name,) in found:
        execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def migrate(name: str, progress: Progress) -> None:
    """In a process of its own, whose only database is this one."""
    total = len(MigrationLoader(None).graph.nodes)
    process = subprocess.Popen(  # noqa: S603  # our own program
        command(),
        env=os.environ | environment_of(name),
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    with process:
        try:
            for line in process.stdout or ():
                lines.append(line)
                progress(sum("Applying " in each for each in lines), total)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        said = "".join(lines).strip().splitlines()
        raise Refused(f"The migrations do not run on an empty database: {said[-1] if said else ''}")


def command() -> list[str]:
    return [sys.executable, "-c", PROGRAM, "migrate", "--no-color"]


def environment_of(name: str) -> dict[str, str]:
    url = urlsplit(settings.DATABASE_DIRECT_URL or settings.DATABASE_URL)
    return {
        # The path with its slash: a URL without a host keeps its form.
        "DATABASE_URL": f"{url.scheme}://{url.netloc}/{name}" + (f"?{url.query}" * bool(url.query)),
        "DATABASE_DIRECT_URL": "",
        "DATABASE_REPLICA_URL": "",
        "DATABASE_POOL": "0",
        "DATABASE_POOLER": "0",
        "PYTHONUNBUFFERED": "1",
        "LOG_LEVEL": "WARNING",
    }


def connect(name: str = "", **options: Any) -> psycopg.Connection[Any]:
    """To a database of this server; without a name to ours."""
    params = connection.get_connection_params() | ({"dbname": name} if name else {})
    return psycopg.connect(**params | options)


def execute(statement: str, name: str) -> None:
    """What no transaction may hold."""
    with connect(autocommit=True) as conn:
        conn.execute(sql.SQL(statement).format(sql.Identifier(name)))  # type: ignore[arg-type]
