"""`manage.py verify_schema` beside a real database that the migrations make."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ops.models import Run, SchemaExpectation
from ops.models.run import Status
from ops.schema import expecting, shadow
from ops.work import Cancelled, Refused


def verify() -> str:
    said = StringIO()
    call_command("verify_schema", stdout=said)
    return said.getvalue()


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def shadows() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)",
            [shadow.shadow_prefix()],
        )
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_fresh_database_is_as_the_migrations_make_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of a minute: the migrations run from nothing, in a process of their own."""
    steps: list[Any] = []
    monkeypatch.setattr("ops.work.Work.progress", lambda _, *step, **note: steps.append(step))
    # PgBouncer stands in front of the database, and not of the one that is made.
    monkeypatch.setenv("DATABASE_POOLER", "1")
    # Left by a process that was killed.
    execute(f"CREATE DATABASE {shadow.shadow_prefix()}left")

    assert "objects are as the migrations make them" in verify()

    assert shadows() == []
    done = [step[0] for step in steps if step]
    assert done == sorted(done)
    assert done[-1] > 100
    run = Run.objects.get(operation="verify_schema")
    assert run.status == Status.COMPLETED
    assert run.figures["counts"]["partition"]["OK"] > 10

    execute("CREATE TABLE by_hand (x integer)")
    try:
        said = StringIO()
        # What the migrations make is known by now.
        with pytest.raises(CommandError, match=r"1 of .* objects differ: 1 unknown\.") as error:
            call_command("verify_schema", "--json", stdout=said)
    finally:
        execute("DROP TABLE by_hand")
    assert error.value.returncode == 1
    assert json.loads(said.getvalue())["differences"][0]["name"] == "public.by_hand"


@pytest.fixture
def no_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shadow.sys, "executable", "/bin/false")


@pytest.mark.django_db(transaction=True)
def test_database_is_dropped_when_the_migrations_fail(no_migrations: None) -> None:
    with pytest.raises(Refused, match="do not run on an empty database"):
        shadow.catalog_of_migrations(lambda done, total: None)

    assert shadows() == []


@pytest.mark.django_db(transaction=True)
def test_database_is_dropped_when_the_run_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled

    # It says a line, and would go on for long.
    monkeypatch.setattr(shadow, "command", lambda: ["/bin/sh", "-c", "echo; exec sleep 600"])

    with pytest.raises(Cancelled):
        shadow.catalog_of_migrations(stop)

    assert shadows() == []


def test_migrations_that_changed_are_built_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []

    def build(progress: Any) -> list[Any]:
        built.append(1)
        return []

    monkeypatch.setattr(expecting, "catalog_of_migrations", build)
    for _ in range(2):
        expecting.expected_objects(lambda done, total: None)
    assert len(built) == 1

    monkeypatch.setattr(expecting, "version", lambda package: "another")
    expecting.expected_objects(lambda done, total: None)
    assert len(built) == 2
    assert SchemaExpectation.objects.count() == 1

    expecting.expected_objects(lambda done, total: None, rebuild=True)
    assert len(built) == 3
