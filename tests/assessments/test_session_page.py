"""The list of assessment sessions, and the page of one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from assessments.models import AssessmentSession, Badge, Member
from assessments.operations import SESSIONS as SESSIONS_TABLE
from assessments.transcripts import LONGEST, Turn, conversation
from ops.partitions import ensure_partition_of
from tests.assessments.people import make_member, make_session
from tests.screens import visit_as

SESSIONS = "/admin/assessments/assessmentsession/"


@pytest.fixture
def moderator(db: None) -> Client:
    return visit_as("moderators")


def text_of(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def page_of(attempt: AssessmentSession) -> str:
    return reverse("admin:assessments_assessmentsession_change", args=[attempt.pk])


# --- Transcripts ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "turns"),
    [
        (None, []),
        ([], []),
        ({}, []),
        ("", []),
        ("Just words.", [("", "Just words.")]),
        (["Hi", "Hello"], [("", "Hi"), ("", "Hello")]),
        ([{"role": "user", "text": "Hi"}], [("user", "Hi")]),
        ([{"role": "coach", "content": [{"type": "text", "text": "A"}, "B"]}], [("coach", "A\nB")]),
        ({"messages": [{"speaker": "Bo", "message": "Hi"}]}, [("Bo", "Hi")]),
        ([{"question": "Why?", "answer": "So."}], [("question", "Why?"), ("answer", "So.")]),
        ([3, None, True], [("", "3"), ("", "true")]),
        ([{"role": None, "text": {"a": 1}}], [("", '{\n  "a": 1\n}')]),
        ([{"role": ["x"], "other": 1}], [("", '{\n  "role": [\n    "x"\n  ],\n  "other": 1\n}')]),
        (42, [("", "42")]),
    ],
)
def test_transcript_of_any_shape_is_a_conversation(
    written: Any, turns: list[tuple[str, str]]
) -> None:
    found = conversation(json.dumps(written))

    assert [(turn.speaker, turn.text) for turn in found] == turns


def test_transcript_that_is_nested_too_deeply_is_shown_as_it_stands() -> None:
    written = "[" * 5_000 + "]" * 5_000

    assert conversation(written) == [Turn(1, "", written)]


def test_long_turn_is_cut_and_says_so() -> None:
    (turn,) = conversation(json.dumps(["x" * (LONGEST + 1)]))

    assert len(turn.text) == LONGEST
    assert turn.cut == LONGEST + 1


# --- The page ------------------------------------------------------------------------------------
def test_page_shows_all_of_an_attempt(moderator: Client, member: Member) -> None:
    Badge.objects.filter(code="ai_prodigy").delete()
    Badge.objects.create(code="ai_prodigy", label="Prodigy of AI")
    attempt = make_session(
        member,
        dimensions={"iq": 91.5, "culture_fit": None},
        category_scores={"technical": {"overall": 85, "depth": 77}, "emotional": 70},
        archetype_confidence="medium",
        tier="top_1",
        flags={"needs_review": "Answers came too fast"},
        recommendation="Hire at once",
        interview_transcript=[{"role": "coach", "text": "Who are you?"}],
    )

    text = text_of(moderator, page_of(attempt))

    for shown in (
        "91.5",
        "Depth: 77",
        "medium confidence",
        "Top 1 %",
        "Needs review:",
        "Answers came too fast",
        "Hire at once",
        "Prodigy of AI",
        "Who are you?",
        "Best: counts on the boards",
    ):
        assert shown in text
    assert reverse("admin:assessments_member_change", args=[member.pk]) in text


@pytest.mark.parametrize(
    "flags", ["null", '"text"', "[1, {}]", "{}", "7", "[" * 4_000 + "]" * 4_000]
)
@pytest.mark.parametrize(
    "transcript", ["null", '"<b data-hostile>"', "[[[{}]]]", '{"messages": 3}']
)
def test_page_survives_json_of_any_shape(
    moderator: Client, member: Member, flags: str, transcript: str
) -> None:
    attempt = make_session(
        member, badges=[None, "x"], best_fit_roles=[None], status="in_progress", completed_at=None
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cs_assessment_sessions SET flags = %s, interview_transcript = %s",
            [flags, transcript],
        )

    text = text_of(moderator, page_of(attempt))

    assert "<b data-hostile>" not in text


def test_long_interview_is_read_in_pages(moderator: Client, member: Member) -> None:
    turns = [{"role": "coach", "text": f"Turn {n} of many."} for n in range(1, 121)]
    attempt = make_session(member, interview_transcript=turns)

    first = text_of(moderator, page_of(attempt))
    last = text_of(moderator, page_of(attempt), turns="3")

    assert "Turn 50 of many." in first
    assert "Turn 51 of many." not in first
    assert "<details open>" in last
    assert "Turn 120 of many." in last
    for odd in ("0", "-1", "999", "x", "9" * 30):
        text_of(moderator, page_of(attempt), turns=odd)


# --- The list ------------------------------------------------------------------------------------
def test_list_reaches_over_years_and_is_searched_by_member(moderator: Client) -> None:
    then = timezone.now() - timedelta(days=500)
    ensure_partition_of(SESSIONS_TABLE, then.date())
    ada, bo = make_member("Ada Lovelace"), make_member("Bo Other")
    old = make_session(
        ada, id=uuid7(nanoseconds=int(then.timestamp() * 1e9)), started_at=then, completed_at=then
    )
    new = make_session(bo, profile_slug="bo-other")

    everything = text_of(moderator, SESSIONS)
    assert everything.index(page_of(new)) < everything.index(page_of(old))
    for term in ("lovelace", ada.email, str(ada.pk), str(old.pk)):
        text = text_of(moderator, SESSIONS, q=term)
        assert page_of(old) in text
        assert page_of(new) not in text
    assert page_of(new) in text_of(moderator, SESSIONS, q="BO-other")
    for term in ("\0", "%", "nobody at all"):
        assert page_of(new) not in text_of(moderator, SESSIONS, q=term) or term == "\0"


def test_search_that_matches_many_members_says_so(
    moderator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessments.queries.sessions.MEMBERS", 1)
    for name in ("Ada One", "Ada Two"):
        make_session(make_member(name))

    text = text_of(moderator, SESSIONS, q="ada")

    assert "members match; these are the sessions of the newest" in text
    assert "1 assessment session" in text


@pytest.mark.parametrize(
    "query",
    [
        {"status__exact": "completed"},
        {"tier__exact": "top_1"},
        {"archetype": "explorer"},
        {"career_level__exact": "mid"},
        {"badge": "ai_prodigy"},
        {"is_published__exact": "1"},
        {"completed_at_from": "2020-01-01"},
    ],
)
def test_list_is_filtered(moderator: Client, query: dict[str, str]) -> None:
    other = make_session(
        make_member(),
        status="in_progress",
        completed_at=None,
        archetype="maker",
        badges=[],
        career_level="entry",
    )
    found = make_session(make_member(), tier="top_1", career_level="mid", is_published=True)

    text = text_of(moderator, SESSIONS, **query)

    assert page_of(found) in text
    assert page_of(other) not in text


def test_palette_finds_a_member_for_who_may_see_them(member: Member) -> None:
    shown = text_of(visit_as("ops"), "/admin/search/", s="lovel")
    assert reverse("admin:assessments_member_change", args=[member.pk]) in shown
    assert str(member.email) in shown

    refused = text_of(visit_as("content"), "/admin/search/", s="lovel")
    assert "Ada Lovelace" not in refused
