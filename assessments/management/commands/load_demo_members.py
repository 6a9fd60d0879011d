"""Demo content: 150 members, their attempts, and public profiles in every state."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pghistory
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils import timezone

from assessments.demo.attempts import Person, attempts, people
from assessments.demo.stories import Desk, put_events_back, tell
from assessments.models import AssessmentSession, Badge, Member, ModerationReason
from assessments.operations import SESSIONS
from ops.partitions import ensure_partition_of

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "demo_members.jsonl"
# Attempts that ended since move the board.
YESTERDAY = timedelta(days=1)


class Command(BaseCommand):
    help = "Load the demo's members, attempts and profiles, once."

    def handle(self, **_: Any) -> None:
        if Member.objects.exists():
            self.stdout.write("There are members already.")
            return
        now = timezone.now()
        with transaction.atomic(), pghistory.context(command="load_demo_members"):
            persons = load_people(now)
            late = load_attempts(persons, now)
            refresh_board()
            AssessmentSession.objects.bulk_create(late)
            refresh_board()
            load_profiles(persons, now)
        self.stdout.write(f"{len(persons)} members added.")


def load_people(now: datetime) -> list[Person]:
    lines = [json.loads(line) for line in FIXTURE.read_text().splitlines()]
    persons = people(lines, now)
    Member.objects.bulk_create([person.member for person in persons])
    return persons


def load_attempts(persons: list[Person], now: datetime) -> list[AssessmentSession]:
    """Returns the latest ones, which are to be written after the board was refreshed."""
    badges = Badge.objects.in_bulk()
    made = [session for person in persons for session in attempts(person, badges, now)]
    for year in {session.started_at.year for session in made}:
        ensure_partition_of(SESSIONS, datetime(year, 7, 1, tzinfo=now.tzinfo).date())
    late = [each for each in made if each.completed_at and each.completed_at > now - YESTERDAY]
    kept = {each.pk for each in late}
    AssessmentSession.objects.bulk_create([each for each in made if each.pk not in kept])
    return late


def load_profiles(persons: list[Person], now: datetime) -> None:
    desk = Desk(
        moderator=moderator("moderator"),
        colleague=moderator("robin"),
        reasons=ModerationReason.objects.in_bulk(),
        now=now,
    )
    done = AssessmentSession.objects.filter(status="completed")
    # Of several attempts the first: profiles had time to be decided since.
    first = {each.user_id: each for each in done.order_by("-completed_at")}
    for person in persons:
        if "story" in person.line:
            tell(person, first[person.member.pk], desk)
    put_events_back(desk.moments)


def moderator(username: str) -> User:
    """Who decided; without a password until somebody gives one."""
    user, _ = User.objects.get_or_create(username=username, defaults={"is_staff": True})
    user.groups.add(*Group.objects.filter(name="moderators"))
    return user


def refresh_board() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.refresh_assessment_leaderboard()")
