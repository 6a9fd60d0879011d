"""The roles, extensions and settings of the embedded PostgreSQL."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from config import services
from config.services import paths, processes
from config.services.postgres import Postgres
from ops.schema.expecting import ROLES
from ops.schema.reading import read_catalog
from tests.config.embedded import cleaned


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    for root in cleaned(tmp_path_factory.mktemp("server")):
        services.start(root, durable=False)
        yield Postgres(root)


def ask(server: Postgres, query: str, *, database: str = "steward") -> list[tuple[object, ...]]:
    """As the application."""
    url = server.url.replace("/steward?", f"/{database}?")
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


def test_roles_have_their_attributes(server: Postgres) -> None:
    found = ask(
        server,
        "SELECT rolname, rolcanlogin, rolcreatedb, rolsuper, rolbypassrls, rolcreaterole"
        " FROM pg_roles WHERE rolname LIKE 'steward%' ORDER BY 1",
    )

    assert found == [
        ("steward_anon", False, False, False, False, False),
        ("steward_member", False, False, False, False, False),
        ("steward_owner", True, True, False, False, False),
    ]


@pytest.mark.parametrize("role", ["steward_anon", "steward_member"])
def test_owner_may_become_a_client_role_but_has_nothing_of_it(server: Postgres, role: str) -> None:
    query = f"SELECT pg_has_role('{role}', 'SET'), pg_has_role('{role}', 'USAGE')"

    assert ask(server, query) == [(True, False)]


@pytest.mark.parametrize("role", ["pg_monitor", "pg_signal_backend"])
def test_owner_may_watch_and_signal(server: Postgres, role: str) -> None:
    assert ask(server, f"SELECT pg_has_role('{role}', 'USAGE')") == [(True,)]


@pytest.mark.parametrize("database", ["steward", "template1"])
def test_databases_have_the_extensions(server: Postgres, database: str) -> None:
    found = ask(server, "SELECT extname FROM pg_extension", database=database)

    assert {name for (name,) in found} >= {
        "btree_gist",
        "fuzzystrmatch",
        "pg_stat_statements",
        "pg_trgm",
        "unaccent",
    }


def test_owner_makes_databases_that_are_complete(server: Postgres) -> None:
    ask_nothing(server, "CREATE DATABASE scratch")

    owner = "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public'"
    assert ask(server, owner, database="scratch") == [("steward_owner",)]
    similar = "SELECT similarity('steward', 'stewart') > 0.5"
    assert ask(server, similar, database="scratch") == [(True,)]


def ask_nothing(server: Postgres, query: str) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(query.encode())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("server_encoding", "UTF8"),
        ("shared_preload_libraries", "pg_stat_statements"),
        ("track_io_timing", "on"),
        ("listen_addresses", ""),
        ("unix_socket_permissions", "0700"),
        ("TimeZone", "UTC"),
        ("max_locks_per_transaction", "256"),
        ("wal_level", "replica"),
        ("fsync", "off"),
    ],
)
def test_server_setting(server: Postgres, name: str, value: str) -> None:
    query = f"SELECT setting FROM pg_settings WHERE name = '{name}'"

    found = ask(server, query)

    assert found == [(value,)]


def test_database_sorts_and_folds_unicode_without_the_system(server: Postgres) -> None:
    query = "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'steward'"

    assert ask(server, query) == [("b", "C.UTF-8")]
    assert ask(server, "SELECT lower('ÉÇЖ')") == [("éçж",)]


def test_bootstrap_runs_again_when_it_changed(server: Postgres) -> None:
    ask_as_superuser(server, "ALTER ROLE steward_owner CREATEROLE")
    (paths.services_folder(server.root) / "bootstrapped").write_text("older", encoding="ascii")

    services.start(server.root)

    query = "SELECT rolcreaterole FROM pg_roles WHERE rolname = 'steward_owner'"
    assert ask(server, query) == [(False,)]


def test_proof_of_the_schema_names_who_becomes_the_owner(server: Postgres) -> None:
    ask_as_superuser(server, "CREATE ROLE guest; GRANT steward_owner TO guest")
    try:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE public.django_migrations (app text, name text)")
            found = {each.name: each.definition for each in read_catalog(connection)}
            connection.rollback()
    finally:
        ask_as_superuser(server, "DROP ROLE guest")
    assert found["steward_owner"] == f"{ROLES['steward_owner']}\nhas the member guest with inherit"


def ask_as_superuser(server: Postgres, query: str) -> None:
    with psycopg.connect(server.url, user="postgres") as connection:
        connection.execute(query.encode())


def test_crash_right_behind_an_abort_is_recovered_from(tmp_path: Path) -> None:
    for root in cleaned(tmp_path):
        services.start(root, durable=False)
        server = Postgres(root, durable=False)
        with server._connect("postgres") as connection:
            connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("CHECKPOINT")
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("BEGIN")
            connection.execute("CREATE UNLOGGED TABLE given_up AS SELECT 1 AS n")
            # What was made is in the log by another's commit; that it was given up is not.
            with server._connect("postgres") as other:
                other.execute("SET synchronous_commit = on")
                other.execute("CREATE TABLE other (n int)")
            connection.execute("ROLLBACK")
            for pid in server._processes():
                # Without their postmaster they may be gone before.
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        processes.wait_until(lambda server=server: not server._processes(), seconds=60)

        services.start(root, durable=False)

        assert ask(server, "SELECT to_regclass('given_up') IS NULL") == [(True,)]
