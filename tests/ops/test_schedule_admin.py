"""The schedules' screen, and starting an operation by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ops.models import AuditEntry, Run, ScheduleState
from ops.queries import schedule_rows
from ops.registry import Operation, Parameter, Schedule, declared, register
from ops.schedules import meet_new_schedules, start_due
from tests.ops.conftest import member_of

LIST = "/admin/ops/schedulestate/"
START = "/admin/ops/run/add/"

register(
    Operation(
        "test_form",
        "Try a form",
        work="tests.ops.operations_for_tests.count",
        permission="ops.change_run",
        parameters=(
            Parameter("to", "Up to", required=True, kind="number", help="A whole number."),
            Parameter("day", "Day", kind="day"),
            Parameter("loud", "Loud", kind="yes_no"),
            Parameter("colour", "Colour", choices=("red", "blue")),
            Parameter("note", "Note"),
        ),
    )
)


@pytest.fixture
def ops(ops_user: User) -> Client:
    client = Client()
    client.force_login(ops_user)
    return client


@pytest.fixture
def analyst(db: None) -> Client:
    client = Client()
    client.force_login(member_of("analysts", "anna"))
    return client


def row(name: str) -> object:
    return next(row for row in schedule_rows(timezone.now()) if row.schedule.name == name)


# --- Schedules -----------------------------------------------------------------------------------
def test_every_declared_schedule_is_listed_before_a_ticker_ran(ops: Client) -> None:
    page = ops.get(LIST).content.decode()

    assert all(name in page for name in declared(Schedule))
    assert "Late: does the ticker run?" in page


def test_list_shows_last_run_and_next(ops: Client) -> None:
    ScheduleState.objects.create(name="clean-ledger", since=Now() - timedelta(days=30))
    ScheduleState.objects.create(name="discard-old-previews", since=Now() - timedelta(days=30))
    start_due(timezone.now())

    found = row("discard-old-previews")

    assert found.last_run == Run.objects.get(schedule="discard-old-previews")
    assert found.next_moment > timezone.now() > found.last_moment
    assert not found.is_late
    assert f"/admin/ops/run/{found.last_run.pk}/change/" in ops.get(LIST).content.decode()


def test_schedule_is_late_when_no_ticker_dealt_with_its_moment(db: None) -> None:
    meet_new_schedules()
    ScheduleState.objects.update(since=Now() - timedelta(days=30))
    assert row("partition-maintenance").is_late

    ScheduleState.objects.update(is_enabled=False)

    assert not row("partition-maintenance").is_late


def test_list_asks_as_often_for_many_ticks_as_for_none(ops: Client) -> None:
    meet_new_schedules()
    with CaptureQueriesContext(connection) as before:
        ops.get(LIST)
    ScheduleState.objects.update(since=Now() - timedelta(days=30))
    assert len(start_due(timezone.now())) > 1
    with CaptureQueriesContext(connection) as after:
        ops.get(LIST)

    assert len(after) <= len(before) + 1, "the runs, in one query"


def test_switch_is_recorded_once(ops: Client, ops_user: User) -> None:
    for _ in range(2):
        ops.post(f"{LIST}clean-ledger/switch/", {"on": "0"})

    assert not ScheduleState.objects.get(name="clean-ledger").is_enabled
    entry = AuditEntry.objects.get(action="switch_off")
    assert (entry.actor, entry.entity_id) == (ops_user, "clean-ledger")
    assert "Switch on …" in ops.get(LIST).content.decode()


def test_run_now_opens_the_run(ops: Client, ops_user: User) -> None:
    answer = ops.post(f"{LIST}clean-ledger/run/")

    run = Run.objects.get()
    assert answer["Location"] == f"/admin/ops/run/{run.pk}/change/"
    assert (run.operation, run.requested_by) == ("clean_ledger", ops_user)


def test_analyst_looks_only(analyst: Client) -> None:
    assert "popover" not in analyst.get(LIST).content.decode()
    assert analyst.post(f"{LIST}clean-ledger/run/").status_code == 403
    assert analyst.post(f"{LIST}clean-ledger/switch/", {"on": "0"}).status_code == 403
    assert not Run.objects.exists()


def test_unknown_schedule_is_not_found(ops: Client) -> None:
    assert ops.post(f"{LIST}nothing/run/").status_code == 404


# --- Starting ------------------------------------------------------------------------------------
def test_start_page_offers_what_the_person_may_start(ops: Client, analyst: Client) -> None:
    page = ops.get(START).content.decode()

    assert "?operation=clean_ledger" in page
    assert "?operation=test_stall" not in page, "nobody may start it"
    assert analyst.get(START).status_code == 403


def test_form_follows_the_declared_parameters(ops: Client) -> None:
    page = ops.get(f"{START}?operation=test_form").content.decode()

    for part in ("A whole number.", 'type="number"', 'type="date"', 'type="checkbox"', "red"):
        assert part in page


def test_start_carries_json_values(ops: Client) -> None:
    form = {"to": "5", "day": "2026-11-21", "loud": "on", "colour": "red", "note": ""}

    answer = ops.post(f"{START}?operation=test_form", form)

    run = Run.objects.get()
    assert answer["Location"] == f"/admin/ops/run/{run.pk}/change/"
    assert run.parameters == {"to": 5, "day": "2026-11-21", "loud": True, "colour": "red"}


def test_bad_values_start_nothing_and_stay_in_the_form(ops: Client) -> None:
    answer = ops.post(f"{START}?operation=test_form", {"to": "x", "note": "kept"})

    assert "Enter a whole number." in answer.content.decode()
    assert "kept" in answer.content.decode()
    assert not Run.objects.exists()


def test_second_start_opens_the_run_that_goes(ops: Client) -> None:
    first = ops.post(f"{START}?operation=clean_ledger")
    second = ops.post(f"{START}?operation=clean_ledger", follow=True)

    assert second.redirect_chain[0][0] == first["Location"]
    assert "It is going already" in second.content.decode()
