"""The screen of partitions: what stands there, what may be done, and what is asked first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ops.archive.orders import DROP, RESTORE, VERIFY, orders_for
from ops.archive.standing import (
    PartitionFacts,
    Standing,
    table_facts,
)
from ops.models import AuditEntry, PartitionArchive, Run
from ops.runner import perform_here
from ops.runs import enqueue
from tests.ops.conftest import member_of

LIST = "/admin/ops/partitionarchive/"
TABLE = f"{LIST}audit_logs/"
OLD = "audit_logs_2020_01"
PAGE = f"{TABLE}{OLD}/"


def execute(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def make_month(day: str = "2020-01-15") -> None:
    execute("SELECT public.create_partition('audit_logs', 'month', %s)", day)


def archived(state: str, name: str = OLD, **changes: Any) -> PartitionArchive:
    """The ledger's row alone; the table stays away."""
    known = {"lower": datetime(2020, 1, 1, tzinfo=UTC), "upper": datetime(2020, 2, 1, tzinfo=UTC)}
    described = {"files": [{"name": "rows.parquet", "bytes": 2048}]}
    values = {"manifest": described, "row_count": 1234, "state": state}
    return PartitionArchive.objects.create(
        table_name="audit_logs", partition_name=name, **known | values | changes
    )


def facts(name: str = OLD) -> PartitionFacts:
    partitions = table_facts("audit_logs", timezone.now()).partitions
    return next(each for each in partitions if each.name == name)


@pytest.fixture
def ops(ops_user: User) -> Client:
    client = Client()
    client.force_login(ops_user)
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def said(answer: HttpResponse) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


# --- Where a partition stands --------------------------------------------------------------------
def test_partitions_stand_where_their_time_puts_them(db: None) -> None:
    make_month()

    found = {
        each.name: each.standing for each in table_facts("audit_logs", timezone.now()).attached
    }

    assert found[OLD] == Standing.ATTACHED
    assert found[f"audit_logs_{datetime.now(UTC):%Y_%m}"] == Standing.CURRENT
    assert list(found.values()).count(Standing.FUTURE) == 3


@pytest.mark.parametrize(
    ("state", "standing", "orders"),
    [
        ("detaching", "Detaching", ["resume", "put-back"]),
        ("frozen", "Frozen", ["resume", "put-back"]),
        ("exported", "Archived", ["resume", "put-back"]),
        ("verified", "Verified", ["resume", "put-back"]),
        ("held", "Held", ["verify", "restore", "drop"]),
        ("dropped", "Dropped", ["verify", "restore"]),
    ],
)
def test_archive_says_where_it_stands(
    db: None, state: str, standing: str, orders: list[str]
) -> None:
    archived(state)

    found = facts()

    assert (found.standing, [order.name for order in orders_for(found)]) == (standing, orders)


@pytest.mark.parametrize(
    ("state", "standing"), [("restored", "Restored"), ("cancelled", "Attached")]
)
def test_what_is_back_may_go_again(db: None, state: str, standing: str) -> None:
    make_month()
    archived(state)

    found = facts()

    assert (found.standing, [order.name for order in orders_for(found)]) == (standing, ["archive"])


def test_current_and_future_partitions_allow_nothing(db: None) -> None:
    for each in table_facts("audit_logs", timezone.now()).partitions:
        assert orders_for(each) == []


def test_a_run_that_works_leaves_no_orders(db: None) -> None:
    archived("held")
    run, _ = enqueue(operation="verify_archive", target=f"audit_logs.{OLD}", deliver=False)

    assert facts().run == run
    assert orders_for(facts()) == []


# --- The pages -----------------------------------------------------------------------------------
def test_tables_warn_of_too_few_ahead_and_lead_to_what_waits(ops: Client) -> None:
    for each in table_facts("audit_logs", timezone.now()).future[:2]:
        execute(f"DROP TABLE public.{each.name}")
    make_month()
    archived("held", "audit_logs_2019_01", held_until=timezone.now())
    archived("frozen", "audit_logs_2019_02")

    text = page(ops, LIST)

    assert "audit_logs has 1 partition ahead." in text
    for words in ("1 with hold over", "1 with retention over", "1 stopped half way"):
        assert words in text
    assert OLD in page(ops, f"{TABLE}?show=due")
    assert OLD not in page(ops, f"{TABLE}?show=hold-over")


def test_table_shows_bounds_rows_size_and_state(ops: Client) -> None:
    archived("held", held_until=timezone.now() + timedelta(days=2))

    text = page(ops, TABLE)

    for words in ("2020-01-01", "2020-02-01", "1,234", "Held until", "2.0", "Drop the rows …"):
        assert words in text


def test_partition_shows_its_run_instead_of_orders(ops: Client) -> None:
    archived("held")
    run, _ = enqueue(operation="restore_partition", target=f"audit_logs.{OLD}", deliver=False)

    text = page(ops, PAGE)

    assert f"/admin/ops/run/{run.pk}/change/" in text
    assert "data-active" in text
    assert "Restore …" not in text


def test_partition_is_counted_on_demand(ops: Client) -> None:
    make_month()
    answer = ops.post(f"{PAGE}count/")
    assert said(answer) == f"{OLD} has exactly 0 rows."


def test_count_says_when_it_cannot(ops: Client) -> None:
    archived("dropped")
    assert "cannot be counted" in said(ops.post(f"{PAGE}count/"))


@pytest.mark.parametrize(
    "address",
    [f"{LIST}auth_user/", f"{LIST}a%00b/", f"{TABLE}none/", f"{TABLE}a%00b/", f"{PAGE}explode/"],
)
def test_what_is_not_there_is_not_found(ops: Client, address: str) -> None:
    make_month()
    assert ops.get(address).status_code == 404


def test_undeclared_table_keeps_its_archive_on_the_screen(ops: Client) -> None:
    row = archived("held")
    PartitionArchive.objects.filter(pk=row.pk).update(table_name="forgotten")

    assert "forgotten" in page(ops, LIST)
    assert "No app declares this table any longer" in page(ops, f"{LIST}forgotten/")


def test_pages_ask_as_often_for_many_partitions_as_for_one(ops: Client) -> None:
    def count(address: str) -> int:
        page(ops, address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(ops, address)
        return len(queries)

    make_month()
    addresses = (LIST, TABLE, PAGE)
    few = [count(address) for address in addresses]
    for number in range(20):
        make_month(f"2018-{number % 12 + 1:02}-01" if number < 12 else f"2017-{number - 11:02}-01")
        archived("held", f"audit_logs_2010_{number}")

    assert [count(address) for address in addresses] == few


# --- Orders --------------------------------------------------------------------------------------
def test_archive_is_asked_for_and_starts_a_run(ops: Client, ops_user: User) -> None:
    make_month()

    text = page(ops, f"{PAGE}archive/")
    answer = ops.post(f"{PAGE}archive/")

    run = Run.objects.get()
    assert "Its rows leave audit_logs at once" in text
    assert "typed-name" not in text
    assert (run.operation, run.target, run.parameters, run.requested_by) == (
        "archive_partition",
        f"audit_logs.{OLD}",
        {},
        ops_user,
    )
    assert answer["Location"] == f"/admin/ops/run/{run.pk}/change/"
    assert AuditEntry.objects.filter(action="archive_partition", actor=ops_user).exists()


def test_a_second_click_leads_to_the_same_run(ops: Client) -> None:
    make_month()
    first, second = ops.post(f"{PAGE}archive/"), ops.post(f"{PAGE}archive/")
    assert first["Location"] == second["Location"]
    assert "It is going already" in said(second)


def test_archive_inside_the_retention_wants_the_name(ops: Client) -> None:
    recent = datetime.now(UTC).replace(day=1) - timedelta(days=40)
    make_month(f"{recent:%Y-%m-%d}")
    name = f"audit_logs_{recent:%Y_%m}"

    wrong = ops.post(f"{TABLE}{name}/archive/", {"name": "audit_logs"})
    assert f"type {name} to confirm" in wrong.content.decode()
    assert "audit_logs keeps it until" in wrong.content.decode()
    assert not Run.objects.exists()

    ops.post(f"{TABLE}{name}/archive/", {"name": name})
    assert Run.objects.get().parameters == {"force": True}


@pytest.mark.parametrize(("days", "wants_name"), [(2, True), (-1, False)])
def test_drop_before_the_end_of_the_hold_wants_the_name(
    ops: Client, days: int, wants_name: bool
) -> None:
    archived("held", held_until=timezone.now() + timedelta(days=days))

    ops.post(f"{PAGE}drop/")
    assert Run.objects.exists() is not wants_name
    ops.post(f"{PAGE}drop/", {"name": OLD})

    assert Run.objects.get().parameters == ({"force": True} if wants_name else {})


def test_order_that_does_not_fit_is_refused(ops: Client) -> None:
    archived("dropped")
    answer = ops.post(f"{PAGE}{DROP.name}/", {"name": OLD})
    assert "is dropped now: this cannot be done" in answer.content.decode()
    assert not Run.objects.exists()


@pytest.mark.parametrize("order", [VERIFY, RESTORE])
def test_dropped_partition_comes_back_from_its_file(ops: Client, order: Any) -> None:
    archived("dropped")
    ops.post(f"{PAGE}{order.name}/")
    assert Run.objects.get().operation == order.operation


def test_partitions_ahead_are_made_by_a_run(ops: Client) -> None:
    ops.post(f"{LIST}make-ahead/")
    assert Run.objects.get().operation == "maintain_partitions"


def test_analysts_look_and_count_but_order_nothing(db: None) -> None:
    make_month()
    client = Client()
    client.force_login(member_of("analysts", "ann"))

    assert "Archive …" not in page(client, TABLE)
    assert "Make partitions ahead" not in page(client, LIST)
    assert client.post(f"{PAGE}count/").status_code == 302
    assert client.get(f"{PAGE}archive/").status_code == 403
    assert client.post(f"{PAGE}archive/").status_code == 403
    assert not Run.objects.exists()


# --- The start page ------------------------------------------------------------------------------
def test_start_page_says_which_partitions_wait(ops: Client) -> None:
    assert "retention is over" not in page(ops, "/admin/")
    make_month()
    archived("held", "audit_logs_2019_01", held_until=timezone.now())

    text = page(ops, "/admin/")

    assert "<strong>1</strong> Partitions whose retention is over" in text
    assert "<strong>1</strong> Held partitions whose hold is over" in text


# --- Made anew while it is in the archive --------------------------------------------------------
def test_archived_time_is_not_made_anew(db: None) -> None:
    archived("held")
    with pytest.raises(DatabaseError, match=f"{OLD} is in the archive: restore it."):
        make_month()


def test_day_of_an_archived_month_is_refused_with_the_reason(transactional_db: None) -> None:
    archived("dropped")
    try:
        parameters = {"table": "audit_logs", "day": "2020-01-15"}
        run, _ = perform_here(operation="maintain_partitions", parameters=parameters)
    finally:
        execute("TRUNCATE ops_archive")
    assert (run.status, run.error) == ("failed", f"{OLD} is in the archive: restore it.")


def test_partition_that_was_made_anew_is_pointed_out(ops: Client) -> None:
    make_month()
    archived("dropped")

    assert facts().standing == Standing.DROPPED
    assert facts().relation is None
    assert "In the archive, and again in audit_logs:" in page(ops, TABLE)
