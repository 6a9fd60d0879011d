"""A year of sessions leaves for the archive and comes back, closed to client roles throughout."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from assessments.models import AssessmentSession, Member
from tests.assessments.people import make_member
from tests.assessments.roles import MEMBER, ask

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("cs_assessment_sessions", "cs_assessment_sessions_2010")


def partitions(*words: str, **options: Any) -> str:
    printed = StringIO()
    call_command("partitions", *words, stdout=printed, stderr=printed, **options)
    return printed.getvalue()


def execute(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def old_session(tmp_path: Path, settings: Any) -> Iterator[Member]:
    settings.STEWARD_ARCHIVE_DIR = tmp_path
    member = make_member()
    partitions("ensure", NAMES[0], date=date(2010, 5, 1))
    execute(
        "INSERT INTO cs_assessment_sessions (id, user_id, status, started_at, completed_at,"
        " overall_score, category_scores, badges, dimensions)"
        " VALUES (uuid_floor('2010-05-01Z'), %s, 'completed', '2010-05-01Z', '2010-05-02Z', 80,"
        """ '{"technical": {"overall": 85}, "creative": 7}', ARRAY['ai_prodigy'], '{"iq": 9}')""",
        member.pk,
    )
    yield member
    execute(f"DROP TABLE IF EXISTS public.{NAMES[1]}, steward_archive.{NAMES[1]}")


def test_year_goes_and_comes_back(old_session: Member) -> None:
    row = "SELECT s::text FROM cs_assessment_sessions AS s"
    before = execute(row)

    assert "1 row" in partitions("archive", *NAMES)
    assert not AssessmentSession.objects.exists()
    partitions("drop", *NAMES, force=True)
    partitions("restore", *NAMES)

    assert execute(row) == before
    own = ask(MEMBER, old_session.pk, "SELECT technical_score FROM cs_assessment_sessions")
    assert own == [(85,)]
    with pytest.raises(DatabaseError, match="permission denied"):
        ask(MEMBER, old_session.pk, f"SELECT id FROM {NAMES[1]}")
    with pytest.raises(DatabaseError, match="session_score_is_percent"):
        execute("UPDATE cs_assessment_sessions SET overall_score = 480")


def test_held_rows_are_closed_to_client_roles(old_session: Member) -> None:
    partitions("archive", *NAMES)
    with pytest.raises(DatabaseError, match="permission denied"):
        ask(MEMBER, old_session.pk, f"SELECT id FROM steward_archive.{NAMES[1]}")
    partitions("restore", *NAMES)
    assert AssessmentSession.objects.count() == 1
