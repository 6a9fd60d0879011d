"""Pages by key: every row once, in both directions, whatever the address says."""

from __future__ import annotations

import operator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.admin import action, site
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from ops import audit
from ops.admin.actions import AuditAdmin
from ops.admin.keyset import count_rows
from ops.keyset import (
    FIRST,
    LAST,
    Pointer,
    TooSlow,
    Total,
    estimate_of,
    page_of,
    patience,
    pointer_of,
    time_of,
    total_of,
    walked_page,
)
from ops.models import AuditEntry, Run
from ops.models.run import Status
from ops.work import Result, Work
from tests.ops.conftest import member_of

LIST = "/admin/ops/auditentry/"
# So many rows are on a page here.
SIZE = 5
START = datetime(2026, 3, 31, 12, tzinfo=UTC)


def key(number: int) -> UUID:
    """Two rows of each millisecond."""
    milliseconds = int(START.timestamp() * 1000) + number // 2
    return UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | number % 2)


class Rows:
    """As a queryset of rows with these keys, in memory."""

    def __init__(self, keys: list[UUID], order: tuple[str, ...] = ("pk",)) -> None:
        self.keys, self.order = keys, order

    def filter(self, **bounds: UUID) -> Rows:
        kept = self.keys
        for name, bound in bounds.items():
            holds = getattr(operator, name.removeprefix("pk__").replace("te", "e"))
            kept = [k for k in kept if holds(k, bound)]
        return Rows(kept, self.order)

    def order_by(self, *names: str) -> Rows:
        return Rows(sorted(self.keys, reverse=names == ("-pk",)), names)

    def values_list(self, name: str, *, flat: bool = False) -> Any:
        return self.order_by(*self.order).keys if flat else self

    def __getitem__(self, part: slice) -> list[Any]:
        return [type("Row", (), {"pk": each}) for each in self.keys[part]]


def keys_of(page: Any) -> list[UUID]:
    return [row.pk for row in page.rows]


@given(st.sets(st.integers(0, 60)), st.integers(1, 7))
def test_walks_from_both_ends_meet_every_row_once(numbers: set[int], size: int) -> None:
    rows: Any = Rows([key(number) for number in numbers])
    newest_first = sorted(rows.keys, reverse=True)

    page = page_of(rows, FIRST, size)
    down = keys_of(page)
    while page.has_older:
        page = page_of(rows, pointer_of(page.older), size)
        assert page.has_newer
        down += keys_of(page)
    page = page_of(rows, LAST, size)
    up = keys_of(page)
    while page.has_newer:
        page = page_of(rows, pointer_of(page.newer), size)
        # The first page is a full one, and may show rows again that were met before.
        up = [k for k in keys_of(page) if k not in up] + up
        assert page.has_older

    assert down == newest_first
    assert up == newest_first


@given(st.sets(st.integers(0, 60), min_size=1), st.integers(-1, 61), st.integers(1, 7))
def test_page_beside_a_key_that_is_gone_is_right(numbers: set[int], gone: int, size: int) -> None:
    rows: Any = Rows([key(number) for number in numbers])
    newest_first = sorted(rows.keys, reverse=True)
    below = [k for k in newest_first if k < key(gone)]
    above = [k for k in newest_first if k > key(gone)]

    older = page_of(rows, Pointer("older", key(gone)), size)
    newer = page_of(rows, Pointer("newer", key(gone)), size)

    assert keys_of(older) == (below[:size] or newest_first[-size:])
    assert keys_of(newer) == (above[-size:] if len(above) > size else newest_first[:size])
    for page in (older, newer):
        assert page.has_newer == (keys_of(page)[0] != newest_first[0])
        assert page.has_older == (keys_of(page)[-1] != newest_first[-1])


@given(st.sets(st.integers(0, 40)), st.integers(1, 4), st.integers(1, 4), st.integers(1, 9))
def test_walk_meets_every_match_once_and_says_how_far_it_saw(
    numbers: set[int], share: int, size: int, reach: int
) -> None:
    every: Any = Rows([key(number) for number in numbers])
    rows: Any = Rows([key(number) for number in numbers if number % share == 0])
    newest_first = sorted(rows.keys, reverse=True)

    page = walked_page(rows, every, FIRST, size, reach)
    down = keys_of(page)
    while page.has_older:
        page = walked_page(rows, every, pointer_of(page.older), size, reach)
        down += keys_of(page)
    page = walked_page(rows, every, LAST, size, reach)
    up = keys_of(page)
    while page.has_newer:
        page = walked_page(rows, every, pointer_of(page.newer), size, reach)
        up = [k for k in keys_of(page) if k not in up] + up

    assert down == newest_first
    assert up == newest_first


@given(st.text(max_size=60), st.text(max_size=12))
def test_any_address_is_a_page_or_a_sentence(text: str, day: str) -> None:
    told = ""
    try:
        pointer_of(text, day)
    except ValueError as error:
        told = str(error)
    assert not told or told.endswith(".")


@pytest.mark.parametrize("day", ["9999-12-31", "1969-01-01", "0001-01-01", "2026-02-30", "x", " "])
def test_day_out_of_reach_is_refused(day: str) -> None:
    with pytest.raises(ValueError, match="is no day"):
        pointer_of("", day)


def test_key_tells_its_time() -> None:
    assert time_of(key(0)) == START


# --- The screen ----------------------------------------------------------------------------------
@pytest.fixture
def ops(ops_user: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(AuditAdmin, "list_per_page", SIZE)
    client = Client()
    client.force_login(ops_user)
    AuditEntry.objects.exists()
    return client


def record(quantity: int, action: str = "publish") -> None:
    for number in range(quantity):
        audit.record(action=action, entity_type="question", entity_id=str(number))


def listed(client: Client, query: str = "?action=publish") -> list[str]:
    found = client.get(LIST + query).context["cl"].result_list
    return [entry.entity_id for entry in found]


def page_at(client: Client, query: str) -> Any:
    return client.get(f"{LIST}?action=publish{query}").context["cl"].paginator.page


def test_pages_go_on_and_back(ops: Client) -> None:
    record(12)

    first = page_at(ops, "")
    second = page_at(ops, f"&page={first.older}")
    last = page_at(ops, "&page=last")

    names = [[row.entity_id for row in page.rows] for page in (first, second, last)]
    assert names == [
        ["11", "10", "9", "8", "7"],
        ["6", "5", "4", "3", "2"],
        ["4", "3", "2", "1", "0"],
    ]
    assert keys_of(page_at(ops, f"&page={second.newer}")) == keys_of(first)
    assert (last.has_newer, last.has_older) == (True, False)


@pytest.mark.parametrize("address", ["page=older-xyz", "page=3", "page=%00", "day=2026-02-30",
                                     "day=%F0%9F%A6%8A", "page=newer-"])  # fmt: skip
def test_garbage_shows_the_first_page_and_says_so(ops: Client, address: str) -> None:
    record(7)

    answer = ops.get(f"{LIST}?action=publish&{address}")

    assert answer.context["cl"].result_list[0].entity_id == "6"
    assert "This is the first page." in " ".join(map(str, get_messages(answer.wsgi_request)))


def test_day_leads_to_its_newest_row(ops: Client) -> None:
    record(7)
    today = AuditEntry.objects.latest("id").created_at

    assert listed(ops, f"?action=publish&day={today:%Y-%m-%d}")[0] == "6"
    early = today - timedelta(days=3)
    # There is nothing so old: the end of the list.
    assert listed(ops, f"?action=publish&day={early:%Y-%m-%d}")[-1] == "0"


def test_empty_list_is_a_page(ops: Client) -> None:
    answer = ops.get(f"{LIST}?action=nothing")

    assert answer.status_code == 200
    assert "0 logged actions" in answer.content.decode()


def test_pages_ask_as_often_wherever_they_are(ops: Client) -> None:
    record(20)
    second = page_at(ops, f"&page={page_at(ops, '').older}")
    counts = []
    for query in (f"&page={second.older}", f"&page={second.newer}", f"&page={second.older}"):
        with CaptureQueriesContext(connection) as captured:
            page_at(ops, query)
        counts.append(len(captured))

    # The page before the second is the first one, which is read anew.
    assert counts[0] == counts[2]
    assert counts[1] <= counts[0] + 1


def counted() -> tuple[Run, Result]:
    """The only run, done."""
    run = Run.objects.get(operation="count_rows")
    work = Work(
        run.pk, run.operation, run.target, run.parameters, 1, requested_by_id=run.requested_by_id
    )
    return run, count_rows(work)


def test_few_are_counted_and_many_estimated(ops: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site._registry[AuditEntry], "list_per_page", 2)
    record(7)
    few = f"{LIST}?action=publish"
    assert "\n        7 logged actions" in ops.get(few).content.decode()

    monkeypatch.setattr("ops.keyset.COUNTED", 0)
    assert "About " in ops.get(few).content.decode()


def test_exact_number_is_a_run(
    ops: Client, ops_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site._registry[AuditEntry], "list_per_page", 2)
    monkeypatch.setattr("ops.keyset.COUNTED", 0)
    record(7)
    record(1, "retire")

    answer = ops.post(f"{LIST}count/", {"query": "action=publish"})
    run, result = counted()
    mine = Run.objects.filter(pk=run.pk)
    mine.update(status=Status.PROCESSING, started_at=Now(), heartbeat_at=Now())
    mine.update(
        status=Status.COMPLETED, finished_at=Now(), result=result.text, figures=result.figures
    )

    assert answer["Location"] == f"/admin/ops/run/{run.pk}/change/"
    assert (result.text, result.figures) == ("7 logged actions.", {"rows": 7})
    text = ops.get(f"{LIST}?action=publish").content.decode()
    assert "7 when counted" in text
    assert "when counted" not in ops.get(LIST).content.decode()


def test_counted_are_the_rows_that_this_person_sees(ops: Client, editor: User) -> None:
    record(3)
    audit.record(action="publish", entity_type="question", entity_id="mine", actor=editor)
    client = Client()
    client.force_login(editor)

    client.post(f"{LIST}count/", {"query": "action=publish"})

    assert counted()[1].figures == {"rows": 1}


def test_counting_needs_the_list(db: None) -> None:
    client = Client()
    client.force_login(member_of("analysts", "anna"))

    assert client.post(f"{LIST}count/", {"query": ""}).status_code == 403
    assert not Run.objects.exists()


def test_actions_work_on_any_page(ops: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    @action(description="Note", permissions=["view"])
    def note(admin: Any, request: Any, rows: Any) -> None:
        done.extend(rows.values_list("entity_id", flat=True))

    monkeypatch.setattr(site._registry[AuditEntry], "actions", [note])
    record(12)
    second = page_at(ops, f"&page={page_at(ops, '').older}")

    answer = ops.post(
        f"{LIST}?action=publish&page={second.newer}",
        {"action": "note", "_selected_action": [str(second.rows[1].pk)]},
    )

    assert done == ["5"]
    assert f"page={second.newer}" in answer["Location"]


def test_estimate_is_round_and_filters_count(db: None) -> None:
    class Plan:
        def __init__(self, rows: int) -> None:
            self.rows = rows

        def order_by(self) -> Plan:
            return self

        def explain(self, **_: str) -> str:
            return f'[{{"Plan": {{"Plan Rows": {self.rows}}}}}]'

    expected = {5_012_345: 5_012_000, 12_345: 12_340, 999: 999, 0: 0}
    assert {rows: estimate_of(Plan(rows)) for rows in expected} == expected  # type: ignore[arg-type]
    assert estimate_of(AuditEntry.objects.none()) == 0


def test_few_rows_are_counted_unless_that_takes_long(db: None) -> None:
    record(3)
    rows = AuditEntry.objects.order_by("-id")

    assert total_of(rows) == Total(3)
    slow = rows.extra(where=["pg_sleep(1) IS NOT NULL"])  # no other way to wait
    assert total_of(slow) == Total(estimate_of(slow), is_exact=False)


def test_patience_ends_and_leaves_the_timeout_as_it_was(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        before = cursor.fetchone()
        with pytest.raises(TooSlow), patience(timedelta(milliseconds=20)):
            cursor.execute("SELECT pg_sleep(5)")
        with patience():
            cursor.execute("SELECT 1")
        cursor.execute("SELECT current_setting('statement_timeout')")
        assert cursor.fetchone() == before
