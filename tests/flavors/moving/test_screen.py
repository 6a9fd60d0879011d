"""The pages of moves: what they say, who may order, and what is downloaded."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ops.models import AuditEntry, Move, MoveRefusal, Run
from tests.flavors.moving.flat import NAME, make_flat, run
from tests.ops.conftest import member_of

PAGE = "/admin/ops/partitionarchive/flavor_descriptors/move-in/"
ONE = f"{PAGE}?source={NAME}"


@pytest.fixture
def ops(db: None) -> Client:
    return client_of(member_of("ops", "olga"))


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_table_that_fits_is_offered_and_one_that_does_not_says_why(
    ops: Client, member: UUID
) -> None:
    assert "No table of this database has the columns" in page(ops, PAGE)
    make_flat(member, 3)
    run(f"ALTER TABLE {NAME} ALTER COLUMN intensity TYPE text")

    assert "intensity is text, not smallint." in page(ops, PAGE)
    assert "Dry run</button>" not in page(ops, ONE)
    ops.post(f"{PAGE}start/", {"source": NAME})
    assert not Run.objects.exists()
    run(f"ALTER TABLE {NAME} ALTER COLUMN intensity TYPE integer USING intensity::integer")
    text = page(ops, ONE)
    assert "Dry run</button>" in text
    assert "Start the move" in text
    assert "category, subcategory" in text
    assert NAME in page(ops, "/admin/ops/partitionarchive/flavor_descriptors/move-in/")


def test_orders_are_runs_and_one_at_a_time(ops: Client, member: UUID) -> None:
    make_flat(member, 3)

    ops.post(f"{PAGE}dry-run/", {"source": NAME})
    ops.post(f"{PAGE}start/", {"source": NAME})

    run_ = Run.objects.get()
    assert (run_.operation, run_.target) == ("look_at_flat_table", "flavor_descriptors")
    assert run_.parameters == {"source": NAME}
    assert "You may leave this page." in page(ops, ONE)
    assert ops.post(f"{PAGE}start/", {"source": "public.members"}).status_code == 302
    assert Run.objects.count() == 1


def test_refused_rows_are_shown_and_downloaded(ops: Client, member: UUID) -> None:
    make_flat(member, 3)
    move = Move.objects.create(
        table_name="flavor_descriptors", source=NAME, refused_count=1, moved_count=2
    )
    MoveRefusal.objects.create(
        move=move, source_key="7", shown="=1+<b>", reason="It has no member."
    )

    text = page(ops, ONE)
    answer = ops.post(f"{PAGE}refused/", {"source": NAME})

    assert "Go on with the move" in text
    assert "Take back 2 rows" in text
    assert "=1+&lt;b&gt;" in text
    assert b"".join(answer.streaming_content).decode().splitlines()[1:] == [
        "7,'=1+<b>,It has no member."
    ]
    assert AuditEntry.objects.get(action="export").details["count"] == 1


def test_pages_ask_as_much_for_twenty_as_for_one(ops: Client, member: UUID) -> None:
    make_flat(member, 3)
    move = Move.objects.create(table_name="flavor_descriptors", source=NAME, refused_count=20)

    def refuse(count: int) -> None:
        MoveRefusal.objects.bulk_create(
            MoveRefusal(move=move, source_key=f"{count}-{n}", shown="x", reason="It has no member.")
            for n in range(count)
        )

    def queries(address: str) -> int:
        page(ops, address)
        with CaptureQueriesContext(connection) as asked:
            page(ops, address)
        return len(asked)

    refuse(1)
    before = queries(PAGE), queries(ONE)
    refuse(19)
    for n in range(3):
        run(f"CREATE TABLE flat_copy_{n} (LIKE {NAME} INCLUDING ALL)")

    assert "flat_copy_2" in page(ops, PAGE)
    assert (queries(PAGE), queries(ONE)) == before


@pytest.mark.parametrize("role", ["analysts", "content"])
def test_only_ops_may_order(db: None, member: UUID, role: str) -> None:
    make_flat(member, 3)
    client = client_of(member_of(role, "anna"))

    assert client.get(ONE).status_code == (200 if role == "analysts" else 403)
    for step in ("dry-run", "start", "undo", "refused"):
        assert client.post(f"{PAGE}{step}/", {"source": NAME}).status_code == 403
    if role == "analysts":
        text = page(client, ONE)
        assert "Dry run</button>" not in text
        assert "Start the move" not in text


def test_tables_that_take_no_flat_table_have_no_such_page(ops: Client) -> None:
    assert ops.get("/admin/ops/partitionarchive/audit_logs/move-in/").status_code == 404
    assert "Move rows in" not in page(ops, "/admin/ops/partitionarchive/audit_logs/")
    assert "Move rows in" in page(ops, "/admin/ops/partitionarchive/flavor_descriptors/")


def test_the_function_of_seed_003_orders_a_run(member: UUID) -> None:
    [(key, operation, *_)] = run("SELECT * FROM migrate_to_partitioned_table(5000, true)")
    [(other, *_)] = run("SELECT * FROM migrate_to_partitioned_table(10000, false, %s)", NAME)

    assert operation == "look_at_flat_table"
    assert Run.objects.get(pk=key).parameters == {"batch_size": 5000}
    ordered = Run.objects.get(pk=other)
    assert ordered.operation == "migrate_to_partitioned_table"
    assert ordered.parameters == {"batch_size": 10000, "source": NAME}
    with pytest.raises(DatabaseError, match="1 to 50000"), transaction.atomic():
        run("SELECT * FROM migrate_to_partitioned_table(0, true)")


def test_the_command_lists_flat_tables_and_knows_wrong_usage(
    member: UUID, capsys: pytest.CaptureFixture[str]
) -> None:
    command = "migrate_to_partitioned_table"
    make_flat(member, 1)
    call_command(command, "--list")
    assert capsys.readouterr().out == f"{NAME}, rows not counted: fits\n"
    call_command(command, "--list", "--json")
    [found] = json.loads(capsys.readouterr().out)["sources"]
    assert (found["source"], found["obstacles"]) == (NAME, [])

    for wrong in (["--table", "audit_logs"], ["--batch-size", "0"], ["--undo"]):
        with pytest.raises(CommandError) as refused:
            call_command(command, *wrong)
        assert refused.value.returncode == 2
