"""The system checks over declared operations, schedules and partitioned tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.db import connection

from ops import registry
from ops.registry import (
    Declaration,
    Every,
    Operation,
    PartitionedTable,
    Schedule,
    declared,
    register,
)

HOUR = Every(timedelta(hours=1))
WORK = "tests.ops.operations_for_tests.count"


@pytest.fixture
def own_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test declares is forgotten after it."""
    copy = {kind: dict(known) for kind, known in registry._declared.items()}
    monkeypatch.setattr(registry, "_declared", copy)
    return


def found(*, database: bool = False) -> list[tuple[str, str]]:
    messages = run_checks(databases=["default"] if database else None)
    return [(str(each.id), each.msg) for each in messages if str(each.id).startswith("ops.")]


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_is_declared_fits(db: None) -> None:
    assert found(database=True) == []


@pytest.mark.parametrize(
    ("declaration", "number", "words"),
    [
        (Operation("x", "X", work="ops.jobs.nothing"), "ops.E005", "ops.jobs.nothing"),
        (Schedule("x", "nothing", HOUR), "ops.E006", "which no app declares"),
        (Schedule("x", "clean_ledger", HOUR, parameters={"y": 1}), "ops.E007", "clean_ledger y"),
        (PartitionedTable("x", model="ops.Nothing", period="month"), "ops.E008", "does not exist"),
        (
            PartitionedTable("x", model="ops.Run", period="month"),
            "ops.E008",
            "of the table ops_run",
        ),
    ],
)
def test_mistake_in_a_declaration_is_an_error(
    own_registry: None, declaration: Declaration, number: str, words: str
) -> None:
    register(declaration)

    assert any(number == each and words in message for each, message in found())


def test_name_is_taken_once() -> None:
    taken = declared(Operation)["clean_ledger"]
    register(taken)

    with pytest.raises(ValueError, match="are named clean_ledger"):
        register(replace(taken, title="Another"))


def test_default_partition_is_an_error(db: None) -> None:
    execute("CREATE TABLE audit_logs_rest PARTITION OF audit_logs DEFAULT")

    assert [number for number, _ in found(database=True)] == ["ops.E009"]


def test_too_few_partitions_ahead_are_a_warning(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'audit_logs'::regclass ORDER BY 1 DESC LIMIT 2"
        )
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        execute(f"DROP TABLE {name}")

    ((number, message),) = found(database=True)

    assert number == "ops.W002"
    assert "audit_logs has 1 future partition;" in message


def test_nothing_is_said_of_a_database_between_migrations(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute("CREATE TABLE audit_logs_rest PARTITION OF audit_logs DEFAULT")
    monkeypatch.setattr("ops.checks.declarations.has_migrations_to_do", lambda _: True)

    assert found(database=True) == []
