"""Screens that read from a real replica, and what happens when it lags, dies or cancels."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import InterfaceError, OperationalError, transaction
from django.test import Client
from django.urls import reverse

from assessments.models import Member
from assessments.models.choices import Action, State
from config.services import processes
from ops.alerts.measures import replica_in_trouble, replica_lag
from ops.metrics import gauges
from ops.replicas import UNKNOWN_POSITION, standing_now, written_up_to
from ops.replicas.counting import Outcome, counts
from ops.replicas.standing import known
from tests.assessments.board_pages import BOARD, column, ranked, refresh, text_of
from tests.assessments.people import step
from tests.assessments.public_pages import LIST, make_public, names_in, page_of
from tests.replicas.standby import Standby

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "replica"]),
    pytest.mark.usefixtures("patient"),
]


@pytest.fixture
def analyst(client: Client) -> Client:
    user = User.objects.create_user("ana", password="a-long-password-1", is_staff=True)
    user.groups.add(Group.objects.get(name="analysts"))
    client.force_login(user)
    return client


@pytest.fixture
def board(standby: Standby) -> None:
    ranked(90, 80)
    refresh()
    standby.catch_up()


def add_member() -> None:
    ranked(95)
    refresh()


def shown(client: Client) -> int:
    return len(column(client.get(BOARD), 0))


def test_board_is_read_from_the_replica(analyst: Client, board: None, standby: Standby) -> None:
    standby.pause()
    add_member()

    assert shown(analyst) == 2
    assert counts() == {Outcome.REPLICA: 1}


def test_own_change_is_read_from_the_primary(
    analyst: Client, board: None, standby: Standby
) -> None:
    standby.pause()
    add_member()
    analyst.post(f"{BOARD}refresh/")

    assert shown(analyst) == 3
    assert counts() == {Outcome.OWN_CHANGE: 1}

    standby.resume()
    standby.catch_up()
    assert shown(analyst) == 3
    assert counts()[Outcome.REPLICA] == 1


def test_change_of_which_nobody_knows_is_looked_for_on_the_primary(
    analyst: Client, board: None, standby: Standby, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_: object) -> None:
        add_member()
        raise OperationalError("server closed the connection unexpectedly")

    standby.pause()
    monkeypatch.setattr(User, "check_password", lose)
    analyst.raise_request_exception = False
    answer = analyst.post("/admin/password_change/", {"old_password": "a-long-password-1"})

    assert "Nobody knows" in answer.content.decode()
    assert answer.status_code == 503
    assert shown(analyst) == 3
    assert counts() == {Outcome.OWN_CHANGE: 1}


def test_primary_that_does_not_say_how_far_it_is_may_be_anywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lose() -> int:
        raise InterfaceError("the connection is closed")

    monkeypatch.setattr("ops.replicas.seen.primary_position", lose)

    assert written_up_to() == UNKNOWN_POSITION


def test_forged_position_is_no_position(analyst: Client, board: None) -> None:
    analyst.cookies["steward_changed"] = "99999999999999:forged:mark"

    assert shown(analyst) == 2
    assert counts() == {Outcome.REPLICA: 1}


def test_replica_that_is_behind_is_left(
    analyst: Client, board: None, standby: Standby, settings: Any
) -> None:
    settings.DATABASE_REPLICA_MAX_LAG = 0.0
    standby.pause()
    add_member()
    # Received, but not replayed.
    standby.receive_all()

    assert shown(analyst) == 3
    assert counts() == {Outcome.BEHIND: 1}


def test_dead_receiver_is_not_a_lag_of_nothing(board: None, standby: Standby) -> None:
    assert processes.wait_until(lambda: standing_now().lag == 0, seconds=120)

    with standby.cut_off():
        found = standing_now()

    assert (found.trouble, found.answers) == ("no WAL comes in from the primary", True)
    assert found.lag is not None
    assert found.lag > 0


def test_replica_that_is_gone_is_left_alone_for_a_while(
    analyst: Client, board: None, standby: Standby, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shown(analyst) == 2
    standby.stop()

    # The connection breaks under the first page; nobody asks for the second.
    assert (shown(analyst), shown(analyst)) == (2, 2)
    assert counts() == {Outcome.REPLICA: 1, Outcome.GONE: 2}

    standby.start()
    standby.catch_up()
    monkeypatch.setattr("ops.replicas.standing.LEFT_ALONE_SECONDS", 0)
    assert shown(analyst) == 2
    assert counts()[Outcome.REPLICA] == 2


# --- Public pages --------------------------------------------------------------------------------
def test_hidden_profile_is_gone_at_once(client: Client, standby: Standby) -> None:
    kept, hidden = make_public("kept"), make_public("hidden")
    standby.catch_up()
    standby.pause()
    with transaction.atomic():
        step(hidden, Action.HIDE, State.HIDDEN)

    shown = client.get(LIST)

    assert [view.slug for view in shown.context["page"].profiles] == [kept.profile_slug]
    assert counts() == {Outcome.REPLICA: 2}
    assert client.get(page_of("hidden")).status_code == 404
    assert client.get(page_of("kept")).status_code == 200


def test_inactive_member_is_gone_at_once(client: Client, standby: Standby) -> None:
    profile = make_public("left")
    standby.catch_up()
    standby.pause()
    Member.objects.filter(pk=profile.pk).update(is_active=False)

    assert names_in(client.get(LIST)) == []
    assert client.get(page_of("left")).status_code == 404


# --- What ops see --------------------------------------------------------------------------------
def test_server_page_says_how_the_replica_stands(standby: Standby, analyst: Client) -> None:
    address = reverse("admin:ops_performancesnapshot_server")
    standby.catch_up()
    assert "is read" in text_of(analyst.get(address))

    standby.stop()
    known.forget()
    analyst.get(BOARD)
    text = text_of(analyst.get(address))

    assert "does not answer reads go to the primary" in text
    assert "the replica did not answer1" in text


def test_alerts_know_a_dead_receiver(standby: Standby) -> None:
    standby.catch_up()
    assert replica_in_trouble() == {"": 0.0}
    # Others write, too: it is nearly always some bytes behind.
    assert processes.wait_until(lambda: replica_lag()["read by Steward"] == 0, seconds=120)

    with standby.cut_off():
        assert replica_in_trouble() == {"": 1.0}
        assert replica_lag()["read by Steward"] > 0

    standby.stop()
    assert replica_in_trouble() == {"": 1.0}


def test_gauges_tell_of_the_replica(standby: Standby, analyst: Client) -> None:
    standby.catch_up()
    analyst.get(BOARD)

    found = {gauge.name: gauge.values for gauge in gauges()}

    [(_, lag)] = found["replica_lag_seconds"]
    assert 0 <= lag < 600
    assert found["replica_streams"] == [((), 1.0)]
    assert found["replica_reads"] == [(("replica",), 1.0)]
