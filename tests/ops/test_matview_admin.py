"""The screen of materialized views."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ops.admin.matviews import chart_of, trend_of
from ops.matviews import Durations, timetables
from ops.models import Run, ScheduleState, ViewState
from ops.models.run import Status
from ops.registry import MaterializedView, declared
from ops.schedules import meet_new_schedules
from tests.ops.conftest import member_of
from tests.ops.views import Views, own_views

LIST = "/admin/ops/viewstatus/"


@pytest.fixture
def declare(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Views]:
    """Makes views of the test's own, in its transaction."""
    with own_views(monkeypatch) as views:
        yield views


@pytest.fixture
def ops(ops_user: User) -> Client:
    client = Client()
    client.force_login(ops_user)
    return client


def page(client: Client, address: str = LIST) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def refreshed(name: str, **changes: object) -> None:
    values = {"refreshed_at": Now(), "duration": timedelta(milliseconds=420), "row_count": 1234}
    counters = {"measured": 0}
    ViewState.objects.filter(pk=name).update(**values | {"counters": counters} | changes)


def ended(name: str, status: Status = Status.COMPLETED, **changes: object) -> Run:
    begun = {"operation": "refresh", "target": name, "status": status}
    times = {"started_at": Now() - timedelta(seconds=2), "finished_at": Now()}
    return Run.objects.create(**begun | times | changes)


def said(answer: object) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]  # type: ignore[attr-defined]


# --- The list ------------------------------------------------------------------------------------
def test_list_says_how_each_view_is(declare: Views, ops: Client) -> None:
    refreshed(declare("seen"), refreshed_by="olga")
    ended("seen")
    declare("odd", index="")

    text = page(ops)

    for words in ("Seen", "Fresh", "olga · 420 ms", "1,234 rows", "2.0 s on average", "<svg"):
        assert words in text
    assert "No: it has no unique index over plain columns of all its rows" in text
    assert "Never refreshed" in text


def test_list_says_when_a_view_is_stale_and_its_latest_try_failed(
    declare: Views, ops: Client
) -> None:
    refreshed(declare("seen"), refreshed_at=Now() - timedelta(hours=1), counters={"measured": 9})
    run = ended("seen", Status.FAILED, error="Broken.")

    text = page(ops)

    assert "Stale" in text
    assert "The latest try failed" in text
    assert f"/admin/ops/run/{run.pk}/change/" in text
    assert "Unknown" in text
    assert "Unknown: the server" in page(ops, f"{LIST}seen/change/")


def test_list_shows_the_schedule_and_whether_it_is_off(db: None, ops: Client) -> None:
    assert "Every 15 minutes" in page(ops)
    meet_new_schedules()
    ScheduleState.objects.filter(name="refresh-category-statistics").update(is_enabled=False)
    assert "switched off" in page(ops)


def test_every_view_says_when_it_is_refreshed(db: None) -> None:
    assert timetables(timezone.now()).keys() == declared(MaterializedView).keys()


def test_filter_shows_the_stale_ones(declare: Views, ops: Client) -> None:
    refreshed(declare("seen"))
    declare("other")

    stale = ops.get(f"{LIST}?is_stale__exact=1").context["cl"].result_list

    names = {view.view_name for view in stale}
    assert names >= {"assessment_leaderboard", "category_statistics", "other"}
    assert "seen" not in names


def test_list_asks_as_often_for_twenty_views_as_for_one(declare: Views, ops: Client) -> None:
    def count() -> int:
        page(ops)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(ops)
        return len(queries)

    refreshed(declare("view_0"))
    ended("view_0")
    few = count()
    for number in range(1, 20):
        refreshed(declare(f"view_{number}"))
        ended(f"view_{number}")

    assert count() == few


# --- Refresh several -----------------------------------------------------------------------------
def choose(client: Client, *names: str, **more: str) -> object:
    data = {"action": "refresh_now", "_selected_action": names, **more}
    return client.post(LIST, data)


def test_refresh_asks_first_and_leaves_out_what_cannot_be_refreshed(
    declare: Views, ops: Client
) -> None:
    refreshed(declare("seen"))
    declare("odd", index="")

    text = choose(ops, "seen", "odd").content.decode()  # type: ignore[attr-defined]

    assert "Refresh 1 materialized view?" in text
    assert "1,234 rows" in text
    assert "it has no unique index" in text
    assert not Run.objects.exists()


def test_confirmed_refresh_starts_runs_in_the_order_of_dependencies(
    declare: Views, ops: Client, ops_user: User
) -> None:
    declare("zero")
    declare("above", depends_on=("zero",))
    declare("odd", index="")

    answer = choose(ops, "above", "zero", "odd", confirmed="1")

    runs = list(Run.objects.order_by("id"))
    assert [run.target for run in runs] == ["zero", "above"]
    assert {run.requested_by for run in runs} == {ops_user}
    assert [
        f"/admin/ops/run/{run.pk}/change/" in text
        for run, text in zip(runs, said(answer), strict=True)
    ] == [True, True]


def test_second_refresh_leads_to_the_run_that_is_going(declare: Views, ops: Client) -> None:
    declare("seen")

    first = ops.post(f"{LIST}seen/refresh/")
    second = ops.post(f"{LIST}seen/refresh/")

    run = Run.objects.get()
    assert first["Location"] == second["Location"] == f"/admin/ops/run/{run.pk}/change/"
    assert "is being refreshed already" in said(second)[-1]
    assert "Refreshing" in page(ops)


# --- One view ------------------------------------------------------------------------------------
def test_page_says_all_about_one_view(declare: Views, ops: Client) -> None:
    declare("base")
    refreshed(declare("seen", depends_on=("base",)), refreshed_by="olga")
    run = ended("seen", requested_by_name="olga", result="1,234 rows.")

    text = page(ops, f"{LIST}seen/change/")

    for words in ("Fresh", "olga", "420 ms", "1,234 rows.", "5 min", "base", f"run/{run.pk}/"):
        assert words in text


def test_page_leads_to_what_the_view_shows(db: None, ops: Client) -> None:
    text = page(ops, f"{LIST}category_statistics/change/")
    assert "/admin/quizbank/categorystatistic/" in text


def test_blocking_form_wants_the_name(declare: Views, ops: Client) -> None:
    declare("odd", populated=False)

    wrong = ops.post(f"{LIST}odd/refresh-blocking/", {"name": "seen"})
    assert "Nothing was started" in said(wrong)[-1]
    assert not Run.objects.exists()

    ops.post(f"{LIST}odd/refresh-blocking/", {"name": "odd"})
    assert Run.objects.get().parameters == {"blocking": True}


def test_missing_view_says_what_to_do(declare: Views, ops: Client) -> None:
    ViewState.objects.create(name="gone", reads=[], depends_on=[], stale_after=timedelta(1))

    assert "Missing" in page(ops)
    text = page(ops, f"{LIST}gone/change/")
    assert "the migration that makes it has not run" in text
    assert "block readers" not in text


def test_analysts_look_but_do_not_refresh(declare: Views) -> None:
    declare("seen")
    client = Client()
    client.force_login(member_of("analysts", "ann"))

    assert "Refresh now" not in page(client, f"{LIST}seen/change/")
    choose(client, "seen", confirmed="1")
    assert client.post(f"{LIST}seen/refresh/").status_code == 403
    assert not Run.objects.exists()


# --- The chart -----------------------------------------------------------------------------------
def test_chart_has_a_bar_for_each_refresh() -> None:
    chart = chart_of(Durations((1.0, 2.0, 0.0)))

    assert [(bar.x, bar.y, bar.height) for bar in chart["chart"].bars] == [
        (0, 14, 14),
        (5, 0, 28),
        (10, 28, 0),
    ]
    assert chart["average"] == "1.0 s"


@pytest.mark.parametrize(
    ("first", "then", "words"),
    [(1.0, 2.0, "100 % slower lately"), (2.0, 1.0, "50 % faster lately"), (1.0, 1.05, "steady")],
)
def test_trend_in_words(first: float, then: float, words: str) -> None:
    assert trend_of(Durations((first, *[then] * 5))) == words
    assert trend_of(Durations((first,) * 5)) == ""
