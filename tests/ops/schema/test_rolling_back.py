"""`manage.py rollback`: tried for real, and nothing changes; or done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations import Migration, RunPython, RunSQL

from flavors.models import DescriptorItem
from ops.models import AppliedMigration, AuditEntry, Run
from ops.schema import losses, reversing
from ops.schema.losses import count
from ops.schema.reading import read_own_catalog
from ops.schema.reversing import Trial
from ops.work import Refused

COMMAND = "ops.management.commands.rollback"
# The latest that makes a table: few stand on it.
APP, NAME = TARGET = ("flavors", "0035_wheels_of_large_items")


def rollback(*arguments: str) -> str:
    said = StringIO()
    call_command("rollback", *arguments, stdout=said, stderr=said)
    return said.getvalue()


def refused(*arguments: str) -> tuple[int, str]:
    with pytest.raises(CommandError) as error:
        rollback(*arguments)
    return error.value.returncode, str(error.value)


@pytest.fixture
def other(db: None) -> Iterator[psycopg.Connection[Any]]:
    """Somebody else's connection, which sees what is committed alone."""
    with psycopg.connect(**connection.get_connection_params()) as conn:
        yield conn


def test_dry_run_says_what_goes_and_changes_nothing(db: None) -> None:
    DescriptorItem.objects.create(item_name="Gouda", uses=1)
    before = read_own_catalog()

    said = rollback(*TARGET)

    assert f"{APP}.{NAME}." in said.splitlines()[0]
    assert "  table public.descriptor_items\n" in said
    assert "  trigger public.flavor_descriptors: note_inserts\n" in said
    # Its columns and indexes go with it.
    assert "column public.descriptor_items" not in said
    assert "  1 rows in public.descriptor_items\n" in said
    # Nobody loses the books of migrations.
    assert "migration" not in "".join(line for line in said.splitlines() if " rows " in line)
    assert "Nothing was changed" in said
    assert set(read_own_catalog()) == set(before)
    assert DescriptorItem.objects.exists()


def test_rollback_is_done_and_in_the_books(db: None) -> None:
    said = json.loads(rollback(*TARGET, "--execute", "--confirm", APP, "--json"))

    assert said["executed"]
    assert said["migrations"][-1] == f"{APP}.{NAME}"
    standing = {each.name for each in read_own_catalog()}
    assert "public.descriptor_items" not in standing
    assert f"{APP}.{NAME}" not in standing
    assert AppliedMigration.objects.get(app=APP, name=NAME).reversed_at is not None
    done = AuditEntry.objects.get(action="rollback")
    assert done.entity_id == f"{APP}.{NAME}"
    assert "table public.descriptor_items" in done.details["goes"]
    run = Run.objects.get(operation="rollback")
    assert (run.status, run.target) == ("completed", f"{APP}.{NAME}")
    assert run.figures["migrations"] == said["migrations"]


def test_zero_takes_the_whole_app(db: None) -> None:
    plan = [str(each) for each, _ in reversing.reverse_plan("quizbank", "zero")]

    assert plan[-1] == "quizbank.0001_normalize_stem"
    every = AppliedMigration.objects.filter(app="quizbank").values_list("name", flat=True)
    assert {f"quizbank.{name}" for name in every} <= set(plan)


def test_what_others_put_on_it_goes_first(db: None) -> None:
    plan = [each for each, _ in reversing.reverse_plan("ops", "0031_migration_history")]

    assert {each.app_label for each in plan} == {"assessments", "flavors", "ops", "quizbank"}
    gone: set[tuple[str, str]] = set()
    for each in plan:
        assert gone.isdisjoint(each.dependencies)
        gone.add((each.app_label, each.name))


def test_rollback_that_fails_is_in_the_ledger(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(plan: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    plan = reversing.reverse_plan(*TARGET)
    monkeypatch.setattr(reversing, "migrate", broken)

    with pytest.raises(Refused, match="The reverse fails; nothing was changed"):
        reversing.reverse(plan, Trial([], [], [], [], []))

    run = Run.objects.get(operation="rollback")
    assert (run.status, run.target) == ("failed", f"{APP}.{NAME}")
    assert "division by zero" in run.error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing", "0001"), "There is no app nothing"),
        (("ops", "9999"), "No migration of ops begins with 9999"),
        (("ops", "00"), "Several migrations of ops begin with 00"),
        ((*TARGET, "--confirm", APP), "--confirm is for --execute"),
    ],
)
def test_wrong_usage(db: None, arguments: tuple[str, ...], message: str) -> None:
    code, said = refused(*arguments)

    assert code == 2
    assert message in said


def test_unapplied_migration_is_refused(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = %s AND name = %s", TARGET)

    assert refused(*TARGET) == (
        2,
        f"{APP}.{NAME} is not applied: there is nothing to take back.",
    )


@pytest.mark.parametrize(
    ("typed", "message"), [("quizbank", "“quizbank” is not flavors"), ("", "Nobody can be asked")]
)
def test_another_name_changes_nothing(
    db: None, monkeypatch: pytest.MonkeyPatch, typed: str, message: str
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO())

    code, said = refused(*TARGET, "--execute", f"--confirm={typed}")

    assert code == 2
    assert message in said
    assert AppliedMigration.objects.exists()


def test_person_types_the_name(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("nothing\n"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    small = Trial(["ops.0001_x"], [], [], [], [])
    monkeypatch.setattr(f"{COMMAND}.try_reverse", lambda plan: small)

    code, said = refused(*TARGET, "--execute")

    assert (code, said) == (2, "“nothing” is not flavors: nothing was changed.")


def test_step_outside_of_a_transaction_cannot_be_tried(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    concurrent = Migration("0001_index", "ops")
    concurrent.atomic = False
    monkeypatch.setattr(f"{COMMAND}.reverse_plan", lambda *_: [(concurrent, True)])

    code, said = refused("ops", "0001")

    assert code == 1
    assert said.startswith("It cannot be tried: ops.0001_index runs outside of a transaction")


@pytest.mark.parametrize(
    "operation", [RunSQL("SELECT 1"), RunPython(lambda apps, schema_editor: None)]
)
def test_step_without_a_reverse_is_refused(operation: Any) -> None:
    migration = Migration("0001_data", "ops")
    migration.operations = [operation]

    with pytest.raises(Refused, match=r"ops\.0001_data cannot be taken back: .* has no reverse"):
        reversing.try_reverse([(migration, True)])


def test_table_that_others_use_is_not_waited_for(
    other: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reversing, "LOCK_TIMEOUT", "50ms")
    other.execute("SELECT FROM descriptor_items LIMIT 1")

    code, said = refused(*TARGET)

    assert code == 1
    assert said == "Others hold a table that it needs; nothing was changed. Try again later."


def test_long_count_is_an_estimate(
    other: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(losses, "COUNT_TIMEOUT", "50ms")
    other.execute("LOCK TABLE query_texts")

    assert not count("public.query_texts").is_exact
    assert count("public.query_texts", "query").name == "public.query_texts.query"


# --- History -------------------------------------------------------------------------------------
def test_history_follows_djangos_table(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('x', '0001', now())"
        )
        cursor.execute("DELETE FROM django_migrations WHERE app = 'x'")
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('x', '0001', now())"
        )

    holds, gone = AppliedMigration.objects.filter(app="x")
    assert gone.reversed_at is not None
    assert gone.reversed_by == "steward_owner"
    assert (holds.reversed_at, holds.reversed_by) == (None, "")
    assert holds.applied_by == "steward_owner"
    assert holds.seconds is not None
    assert holds.server_version.startswith("18")


def test_history_begins_with_what_ran_before(db: None) -> None:
    assert AppliedMigration.objects.filter(app="ops", name="0001_functions", applied_by="").exists()
    assert AppliedMigration.objects.filter(app=APP, name=NAME).exists()
