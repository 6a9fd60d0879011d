"""The action log's screen."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ops import audit
from ops.keys import made_between
from ops.models import AuditEntry
from ops.partitions import ensure_partition_of
from ops.queries import values_in_index
from ops.registry import PartitionedTable, declared
from ops.runs import enqueue
from tests.ops.conftest import member_of

LIST = "/admin/ops/auditentry/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ops(ops_user: User) -> Client:
    return client_of(ops_user)


def listed(client: Client, query: str = "") -> list[str]:
    found = client.get(LIST + query).context["cl"].result_list
    return [entry.entity_id for entry in found if entry.entity_type != "user"]


def record(action: str, thing: str, user: User | None = None) -> AuditEntry:
    audit.record(action=action, entity_type="question", entity_id=thing, actor=user)
    return AuditEntry.objects.latest("id")


def test_list_filters_by_person_action_thing_and_day(
    ops: Client, ops_user: User, editor: User
) -> None:
    record("publish", "1", editor)
    record("retire", "2", editor)
    record("publish", "3", ops_user)
    record("publish", "4")
    audit.record(action="export", entity_type="exam", entity_id="5")
    today = f"{AuditEntry.objects.latest('id').created_at:%Y-%m-%d}"

    assert listed(ops) == ["5", "4", "3", "2", "1"]
    assert listed(ops, f"?person={editor.pk}") == ["2", "1"]
    assert "4" in listed(ops, "?person=system")
    assert listed(ops, "?action=publish") == ["4", "3", "1"]
    assert listed(ops, "?entity_type=exam") == ["5"]
    assert listed(ops, f"?created_at_from={today}&created_at_to={today}")[0] == "5"
    assert listed(ops, "?created_at_to=2020-01-31") == []


def test_search_finds_a_thing_and_a_person(ops: Client, editor: User) -> None:
    record("publish", "NET-001", editor)
    record("publish", "NET-002")

    assert listed(ops, "?q=NET-002") == ["NET-002"]
    assert listed(ops, "?q=Ada") == ["NET-001"]


def test_filters_offer_what_the_log_holds(ops: Client) -> None:
    record("publish", "1")
    record("retire", "1")

    assert {"publish", "retire"} <= set(values_in_index(AuditEntry, "action"))
    assert "Retire" in ops.get(LIST).content.decode()


def test_others_see_their_own_actions_only(editor: User, ops_user: User) -> None:
    record("publish", "mine", editor)
    theirs = record("publish", "theirs", ops_user)
    client = client_of(editor)

    assert listed(client) == ["mine"]
    assert client.get(f"{LIST}{theirs.pk}/change/").status_code == 302


def test_analysts_have_no_action_log(db: None) -> None:
    assert client_of(member_of("analysts", "anna")).get(LIST).status_code == 403


def test_page_shows_thing_details_and_address(ops: Client, editor: User) -> None:
    with audit.acting(editor, "192.0.2.7"):
        audit.record(
            action="send_to_review",
            entity_type="question",
            entity_id="7",
            details={"label": "What is <b>it</b>?", "reason": "ready", "empty": ""},
        )
    entry = AuditEntry.objects.latest("id")

    page = ops.get(f"{LIST}{entry.pk}/change/").content.decode()

    assert "Send to review: Question What is &lt;b&gt;it&lt;/b&gt;?" in page
    assert "192.0.2.7" in page
    assert "ready" in page
    assert "/admin/quizbank/question/7/change/" in page


def test_page_leads_to_the_run(ops: Client, ops_user: User) -> None:
    run, _ = enqueue(operation="clean_ledger", user=ops_user, deliver=False)
    entry = AuditEntry.objects.get(action="clean_ledger")

    page = ops.get(f"{LIST}{entry.pk}/change/").content.decode()

    assert f"/admin/ops/run/{run.pk}/change/" in page
    assert "Operation Clean the run ledger" in page


def test_nobody_writes_to_it(db: None) -> None:
    root = User.objects.create_superuser("root")
    entry = record("publish", "1")
    client = client_of(root)

    assert client.post(f"{LIST}{entry.pk}/change/", {"action": "x"}).status_code == 405
    for address in (f"{LIST}{entry.pk}/delete/", f"{LIST}add/"):
        assert client.post(address).status_code == 404, "there is no such page"
    assert AuditEntry.objects.contains(entry)


def test_list_asks_as_often_for_twenty_rows_as_for_one(ops: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            ops.get(LIST)
        return len(captured)

    record("publish", "1")
    one = queries()
    for number in range(19):
        record("publish", str(number))

    assert queries() == one


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")  # a query of ours
        return "\n".join(row[0] for row in cursor.fetchall())


def test_day_reads_one_partition(db: None) -> None:
    now = datetime.now(UTC)
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    rows = AuditEntry.objects.filter(made_between(first, now))

    with CaptureQueriesContext(connection) as captured:
        list(rows[:50])

    plan = plan_of(captured[0]["sql"])
    assert f"audit_logs_{now:%Y_%m}" in plan
    assert plan.count("audit_logs_2") - plan.count(f"audit_logs_{now:%Y_%m}") == 0


@pytest.mark.parametrize("moment", [datetime(2026, 11, 21, tzinfo=UTC)])
def test_bounds_are_the_first_key_of_their_millisecond(db: None, moment: datetime) -> None:
    ensure_partition_of(declared(PartitionedTable)["audit_logs"], moment.date())
    key = UUID(int=int(moment.timestamp() * 1000) << 80)
    entry = AuditEntry.objects.create(id=key, action="look")

    assert AuditEntry.objects.filter(made_between(moment, None)).contains(entry)
    assert not AuditEntry.objects.filter(made_between(None, moment)).contains(entry)
