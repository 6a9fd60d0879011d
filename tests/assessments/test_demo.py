"""The demo's members: in every state, with genuine history, once."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from assessments.models import (
    AssessmentSession,
    LeaderboardPrevious,
    LeaderboardRow,
    Member,
    ProfileEvent,
    PublicProfile,
)
from assessments.models.choices import Action, CareerLevel, State

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def demo(shared_database: None) -> None:
    call_command("load_demo_members")


def test_every_state_and_step_is_there() -> None:
    states = dict.fromkeys(PublicProfile.objects.values_list("state", flat=True))
    assert set(states) == set(State)
    steps = set(ProfileEvent.objects.values_list("action", flat=True))
    assert steps == set(Action)
    levels = set(PublicProfile.objects.values_list("career_level", flat=True))
    assert levels == set(CareerLevel)


def test_a_day_of_work_waits() -> None:
    waiting = PublicProfile.objects.awaiting_decision()
    assert waiting.filter(state=State.PENDING).count() >= 60
    assert waiting.filter(state=State.APPEALED).count() >= 3
    assert waiting.filter(pending_revision__isnull=False).count() >= 8
    now = timezone.now()
    assert all(each.submitted_at and each.submitted_at < now for each in waiting)


def test_history_is_in_the_past_and_in_order() -> None:
    events = list(ProfileEvent.objects.order_by("profile_id", "version"))
    by_key = sorted(events, key=lambda event: (str(event.profile_id), event.pk))
    assert [event.pk for event in events] == [event.pk for event in by_key]
    assert all(event.created_at < timezone.now() for event in events)
    [undo] = ProfileEvent.objects.filter(action=Action.UNDO)
    assert undo.undoes
    assert undo.undoes.action == Action.REQUEST_CHANGES


def test_deferred_rules_hold() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_board_moves_and_has_ties() -> None:
    before = dict(LeaderboardPrevious.objects.values_list("pk", "overall_rank"))
    now = dict(LeaderboardRow.objects.values_list("pk", "overall_rank"))
    assert any(rank and rank != now[key] for key, rank in before.items())
    ranks = list(now.values())
    assert len(ranks) > len(set(ranks)) > 30
    assert LeaderboardRow.objects.filter(lightning_rank=None).exists()
    assert AssessmentSession.objects.filter(status="completed", overall_score=None).exists()


def test_second_start_adds_nothing() -> None:
    before = Member.objects.count()
    call_command("load_demo_members")
    assert Member.objects.count() == before
