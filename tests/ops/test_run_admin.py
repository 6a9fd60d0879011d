"""The run list and a run's page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ops.durations import in_words
from ops.models import AuditEntry, Run
from ops.models.run import Status
from ops.registry import Operation, declared
from ops.runs import enqueue
from tests.ops.conftest import member_of

LIST = "/admin/ops/run/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ops(ops_user: User) -> Client:
    return client_of(ops_user)


def start(target: str = "", user: User | None = None, **changes: Any) -> Run:
    run, _ = enqueue(operation="test_count", target=target, user=user, deliver=False)
    if changes:
        Run.objects.filter(pk=run.pk).update(**changes)
    run.refresh_from_db()
    return run


def working(**changes: Any) -> dict[str, Any]:
    moment = Now() - timedelta(seconds=10)
    begun = {"status": Status.PROCESSING, "started_at": moment, "heartbeat_at": Now()}
    return begun | {"attempts": 1} | changes


def end(run: Run, status: Status, **changes: Any) -> None:
    if run.status == Status.PENDING:
        Run.objects.filter(pk=run.pk).update(**working())
    Run.objects.filter(pk=run.pk).update(status=status, finished_at=Now(), **changes)


def address(run: Run, page: str = "change") -> str:
    return f"{LIST}{run.pk}/{page}/"


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


# --- The list ------------------------------------------------------------------------------------
def listed(client: Client, query: str = "") -> list[str]:
    return [run.target for run in client.get(LIST + query).context["cl"].result_list]


def test_list_shows_running_then_waiting_then_ended(ops: Client) -> None:
    start("first", **working())
    end(start("second"), Status.COMPLETED)
    start("third")

    assert listed(ops) == ["first", "third", "second"]


def test_list_shows_progress(ops: Client) -> None:
    start("half", **working(progress_done=5, progress_total=10))

    assert 'value="50"' in text_of(ops, LIST)


def test_list_filters_by_operation_status_person_and_day(ops: Client, ops_user: User) -> None:
    start("mine", ops_user)
    end(start("broken"), Status.FAILED, error="No.")
    old, _ = enqueue(operation="test_stall", target="other", deliver=False)

    assert listed(ops, "?operation=test_stall") == ["other"]
    assert listed(ops, "?status__exact=failed") == ["broken"]
    assert listed(ops, f"?person={ops_user.pk}") == ["mine"]
    assert listed(ops, "?person=system") == []
    assert listed(ops, f"?created_at_from={old.created_at:%Y-%m-%d}")[-1] == "broken"
    assert listed(ops, "?created_at_to=2020-01-31") == []


def test_nonsense_in_a_filter_shows_a_list(ops: Client) -> None:
    for query in ("person=x", "created_at_from=x", "created_at_to=9999-12-31", "operation=x"):
        assert ops.get(f"{LIST}?{query}").status_code == 200


def test_list_asks_as_often_for_twenty_runs_as_for_one(ops: Client, ops_user: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            ops.get(LIST)
        return len(captured)

    start("0", ops_user)
    one = queries()
    for number in range(1, 20):
        start(str(number), ops_user)

    assert queries() == one


def test_others_see_their_own_runs_only(ops_user: User, editor: User) -> None:
    start("hers", editor)
    theirs = start("theirs", ops_user)
    client = client_of(editor)

    assert listed(client) == ["hers"]
    assert client.get(address(theirs)).status_code == 302
    assert client.get(address(theirs, "state")).status_code == 404


def test_start_page_counts_what_the_list_shows(ops: Client, ops_user: User, editor: User) -> None:
    end(start("broken", ops_user), Status.FAILED, error="No.")
    start("going", **working())

    def counts(client: Client) -> dict[str, int]:
        context: Any = client.get("/admin/").context
        cards = [*context["waiting"], *context["glance"]]
        for card in cards:
            if card["link"].startswith(LIST):
                assert client.get(card["link"]).context["cl"].result_count == card["count"]
        return {card["title"]: card["count"] for card in cards}

    found = counts(ops)
    assert found["Runs that failed this week"] == 1
    assert found["Runs going on"] == 1
    assert found["Schedules that are late"] > 0, "no ticker ran"
    assert "Runs that failed this week" not in counts(client_of(editor)), "it was not hers"


# --- One run -------------------------------------------------------------------------------------
def test_page_shows_count_rate_and_time_left(ops: Client) -> None:
    run = start("half", **working(progress_done=1_000, progress_total=3_000, progress_note="b.csv"))

    values = ops.get(address(run, "state")).json()["values"]
    page = text_of(ops, address(run))

    assert values["percent"] == 33
    assert values["count"] == "1,000 of 3,000"
    assert values["rate"].endswith(" a second")
    assert values["left"].startswith("about ")
    assert "1,000 of 3,000" in page
    assert "b.csv" in page


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({}, ""),
        ({"next_retry_at": Now() - timedelta(minutes=2)}, "No worker took it for 2 min"),
        ({"next_retry_at": Now() + timedelta(minutes=2)}, ""),
        (working(), ""),
        (working(heartbeat_at=Now() - timedelta(minutes=3)), "Its worker is silent for 3 min"),
    ],
)
def test_page_wonders_when_nothing_moves(ops: Client, changes: dict[str, Any], hint: str) -> None:
    run = start(**changes)

    found = ops.get(address(run, "state")).json()["values"]["hint"]

    assert found.startswith(hint)
    assert bool(found) == bool(hint)
    assert hint in text_of(ops, address(run))


def test_state_says_when_the_page_is_out_of_date(ops: Client) -> None:
    run = start()
    waiting = ops.get(address(run, "state")).json()
    end(run, Status.COMPLETED, result="Done.")

    completed = ops.get(address(run, "state")).json()

    assert waiting["active"]
    assert not completed["active"]
    assert waiting["version"] != completed["version"]


def test_page_shows_error_result_and_events_without_markup(ops: Client) -> None:
    run = start("<b>x</b>")
    end(run, Status.FAILED, error="<script>alert(1)</script>")

    page = text_of(ops, address(run))

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>x</b>" not in page
    assert page.count("<tr><td>20") == 3, "waiting, running, failed"


def test_page_shows_figures_as_people_write_them(ops: Client) -> None:
    run = Run.objects.create(operation="test_count", parameters={"fast": False})
    figures = {"kept": True, "rows": 1234, "counts": {"index": {"OK": 3_210, "missing": 1}}}
    end(run, Status.COMPLETED, figures=figures)

    page = text_of(ops, address(run))

    for words in (
        "<dd>no</dd>",
        "<dd>yes</dd>",
        "<dd>1,234</dd>",
        "<td>index</td><td>3,210</td><td>1</td>",
    ):
        assert words in page, words
    assert "{&#x27;" not in page


def test_page_leads_to_where_its_work_is_shown(ops: Client) -> None:
    for operation in declared(Operation).values():
        run = Run.objects.create(operation=operation.name)
        link = f'href="{reverse(f"admin:{operation.page}")}">Look there' if operation.page else ""
        assert link in text_of(ops, address(run)), operation.name


# --- Buttons -------------------------------------------------------------------------------------
def test_cancel_ends_a_waiting_run_and_is_recorded(ops: Client, ops_user: User) -> None:
    run = start("it")

    answer = ops.post(address(run, "cancel"), follow=True)

    run.refresh_from_db()
    assert run.status == Status.CANCELLED
    assert "Cancelled." in answer.content.decode()
    entry = AuditEntry.objects.get(action="cancel")
    assert (entry.actor, entry.entity_id) == (ops_user, "it")


def test_owner_may_cancel_but_not_start_again(editor: User) -> None:
    run = start("hers", editor)
    client = client_of(editor)

    assert "Cancel …" in text_of(client, address(run))
    assert client.post(address(run, "cancel")).status_code == 302
    assert "Run again" not in text_of(client, address(run))
    assert client.post(address(run, "repeat")).status_code == 403


def test_analyst_sees_all_and_changes_nothing(ops_user: User) -> None:
    run = start("theirs", ops_user)
    client = client_of(member_of("analysts", "anna"))

    assert "popover" not in text_of(client, address(run))
    for verb in ("cancel", "retry", "repeat"):
        assert client.post(address(run, verb)).status_code == 403
    run.refresh_from_db()
    assert run.status == Status.PENDING


def test_retry_now_takes_away_the_wait(ops: Client) -> None:
    run = start(next_retry_at=Now() + timedelta(hours=1))

    assert "Retry now …" in text_of(ops, address(run))
    ops.post(address(run, "retry"))

    run.refresh_from_db()
    assert run.next_retry_at is None


def test_run_again_makes_a_new_run_or_opens_the_one_that_goes(ops: Client) -> None:
    run = start("it")
    end(run, Status.COMPLETED)

    first = ops.post(address(run, "repeat"))
    second = ops.post(address(run, "repeat"), follow=True)

    assert first["Location"] == second.redirect_chain[0][0] != address(run)
    assert "going already" in second.content.decode()
    assert Run.objects.count() == 2


def test_refusal_is_said(ops: Client) -> None:
    run = start()
    end(run, Status.COMPLETED)

    answer = ops.post(address(run, "cancel"), follow=True)

    assert "It is completed already." in answer.content.decode()


@pytest.mark.parametrize("verb", ["cancel", "retry", "repeat"])
def test_nothing_changes_on_get(ops: Client, verb: str) -> None:
    run = start()

    assert ops.get(address(run, verb)).status_code == 405


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "under 1 s"), (80, "1 min 20 s"), (3_600, "1 h"), (90_061, "1 day 1 h")],
)
def test_duration_in_words(seconds: float, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words
