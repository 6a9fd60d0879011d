"""What a member learned: days, streak, the section of their page, the export of all of it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ops.models import ViewState, ViewStatus
from ops.registry import PersonalData, declared
from quizbank.learning import days_of, streak_of
from tests.quizbank.learning import learner, plain_answer, plain_session, published, run, value
from tests.screens import visit_as

TODAY = date(2026, 11, 21)
MARK = "Zzmark"


@pytest.fixture
def ada(db: None) -> UUID:
    return learner()


def answered(member: UUID, *moments: datetime, right: bool = True, time_ms: int = 1_000) -> UUID:
    session = plain_session(member, status="abandoned", abandon_reason="left")
    for moment in moments:
        plain_answer(session, member, is_correct=right, answered_at=moment, time_ms=time_ms)
    return session


def page(client: Client, member: UUID) -> str:
    answer = client.get(reverse("admin:assessments_member_change", args=[member]))
    assert answer.status_code == 200
    return answer.content.decode()


def refresh() -> None:
    run("SELECT refresh_and_record('user_daily_stats')")


# --- Days ----------------------------------------------------------------------------------------
def test_view_counts_by_member_and_day_of_utc(ada: UUID) -> None:
    run("SET LOCAL TIME ZONE 'Asia/Tokyo'")
    late = datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC)
    answered(ada, late, late + timedelta(seconds=1))
    answered(ada, late, right=False, time_ms=4_000)
    skipped = plain_session(ada, status="abandoned", abandon_reason="left")
    plain_answer(skipped, ada, status="skipped", is_correct=None, answered_at=late)

    refresh()

    assert run(
        "SELECT stat_date, daily_questions, daily_correct, daily_accuracy::text, daily_sessions,"
        " daily_time_ms FROM user_daily_stats WHERE user_id = %s ORDER BY stat_date",
        ada,
    ) == [
        (date(2026, 11, 20), 2, 1, "0.5000", 2, 5_000),
        (date(2026, 11, 21), 1, 1, "1.0000", 1, 1_000),
    ]
    status = ViewStatus.objects.get(pk="user_daily_stats")
    assert (status.row_count, status.obstacle) == (2, None)


def test_view_agrees_with_the_query_of_the_seed(ada: UUID) -> None:
    now = timezone.now()
    for member in (ada, learner("Bo")):
        for days in range(4):
            answered(member, now - timedelta(days=days), right=bool(days % 2))
    refresh()

    assert run(
        "SELECT user_id, daily_questions, round(daily_accuracy, 2), stat_date FROM user_daily_stats"
        " ORDER BY user_id, stat_date"
    ) == run(
        "SELECT user_id, COUNT(*), round(AVG(CASE WHEN is_correct THEN 1 ELSE 0 END), 2),"
        " DATE(answered_at) FROM answers GROUP BY user_id, DATE(answered_at) ORDER BY 1, 4"
    )


def test_who_is_erased_has_no_days_after_the_next_refresh(ada: UUID) -> None:
    answered(ada, timezone.now())
    refresh()
    run("SELECT erase_member(%s)", ada)
    refresh()
    assert run("SELECT * FROM user_daily_stats") == []


def test_learners_and_others_do_not_read_the_view(db: None) -> None:
    for role in ("public", "steward_member", "steward_anon"):
        assert not value("SELECT has_table_privilege(%s, 'user_daily_stats', 'select')", role)


def test_days_hold_what_came_since_the_refresh_once(ada: UUID) -> None:
    now = timezone.now()
    answered(ada, now - timedelta(days=2), now - timedelta(days=1), now)
    refresh()
    answered(ada, now)
    assert [each.questions for each in days_of(ada)] == [1, 1, 2]
    ViewState.objects.update(refreshed_at=None)
    assert [each.questions for each in days_of(ada)] == [1, 1, 2]


@pytest.mark.parametrize(
    ("ago", "now", "longest", "has_today"),
    [
        ([], 0, 0, False),
        ([0], 1, 1, True),
        ([1], 1, 1, False),
        ([2], 0, 1, False),
        ([2, 1, 0], 3, 3, True),
        ([9, 8, 7, 6, 1], 1, 4, False),
        ([5, 4, 2, 1, 0], 3, 3, True),
    ],
)
def test_streak_is_days_in_a_row(ago: list[int], now: int, longest: int, has_today: bool) -> None:
    streak = streak_of([TODAY - timedelta(days=each) for each in ago], TODAY)
    assert (streak.now, streak.longest, streak.has_today) == (now, longest, has_today)


# --- The page ------------------------------------------------------------------------------------
def test_page_says_how_a_member_learns(ada: UUID) -> None:
    now = timezone.now()
    answered(ada, now - timedelta(days=1), now)
    run(
        "INSERT INTO user_progress (user_id, total_questions, total_correct) VALUES (%s, 1200, 9)",
        ada,
    )
    run(
        "INSERT INTO study_sessions (user_id, start_time, end_time, focus_time)"
        " VALUES (%s, now() - interval '2 hours', now(), 5400)",
        ada,
    )

    text = page(visit_as("analysts"), ada)

    assert "1,200" in text
    assert "2 days" in text
    assert "1.5 h in " in text
    assert "2 answers on 2 days" in text
    assert "0 of 2" in text


def test_page_names_weak_areas_of_each_exam_the_weakest_first(ada: UUID) -> None:
    strong, weak, gone = (
        value(
            "INSERT INTO categories (exam_id, kind, code, name, position)"
            " VALUES (%s, 'topic', 'OSPF', %s, 0) RETURNING id",
            exam and value(
                "INSERT INTO exams (code, title, description) VALUES (%s, 'X', '') RETURNING id",
                exam,
            ),
            name,
        )
        for exam, name in (("CCNA", "Strong"), ("CCNP", "Feeble"), ("CCIE", "Lost"))
    )  # fmt: skip
    run("DELETE FROM categories WHERE id = %s", gone)
    stats = {
        strong: {"answered": 1_500, "correct": 900, "accuracy": 60.00},
        weak: {"answered": 3, "correct": 1, "accuracy": 33.33},
        gone: {"answered": 1, "correct": 0, "accuracy": 0},
    }
    run("INSERT INTO user_progress (user_id, total_questions, total_correct, area_stats)"
        " VALUES (%s, 1503, 901, %s)", ada, json.dumps(stats))  # fmt: skip

    text = page(visit_as("moderators"), ada)

    assert "1 of 2 is weak" in text
    assert text.index("Feeble") < text.index("Strong")
    assert text.count(">Weak<") == 1
    assert "900 of 1,500 right" in text


def test_figures_lead_to_the_lists_for_who_may_see_them(ada: UUID) -> None:
    session = answered(ada, timezone.now())
    run("INSERT INTO user_progress (user_id, total_questions) VALUES (%s, 1)", ada)
    run("INSERT INTO study_sessions (user_id) VALUES (%s)", ada)
    lists = {
        f"answer/?user_id={ada}": True,
        f"anyquizsession/?user_id={ada}": True,
        f"anyquizsession/{session}/change/": True,
        f"studysession/?user_id={ada}": True,
        f"userinteraction/?user_id={ada}": True,
        # Who looks after members sees how they learn, not what they answered.
        f"problemreport/?state=all&amp;reporter_id={ada}": False,
    }
    run(
        "INSERT INTO problem_reports (question_id, reporter_id, reason, description)"
        " VALUES (%s, %s, 'error', 'It is wrong.')",
        published()[0],
        ada,
    )

    for role, sees in (("ops", {True, False}), ("analysts", {True}), ("moderators", set())):
        client = visit_as(role)
        text = page(client, ada)
        for address, is_learning in lists.items():
            assert (f"/admin/quizbank/{address}" in text) == (is_learning in sees)
            if is_learning in sees:
                listed = client.get(f"/admin/quizbank/{address.replace('&amp;', '&')}")
                assert listed.status_code == 200


def test_page_of_who_never_learned_says_so(ada: UUID) -> None:
    assert "No session of questions yet" in page(visit_as("moderators"), ada)


@pytest.mark.parametrize(
    ("role", "sees"), [("moderators", True), ("ops", True), ("analysts", True), ("content", False)]
)
def test_who_sees_members_sees_their_learning(ada: UUID, role: str, sees: bool) -> None:
    client = visit_as(role)
    answer = client.get(reverse("admin:assessments_member_change", args=[ada]))
    assert answer.status_code == (200 if sees else 403)
    assert ("section-learning" in answer.content.decode()) == sees


def test_page_asks_as_much_for_many_as_for_nothing(ada: UUID) -> None:
    client = visit_as("superuser")
    counts = []
    for quantity in (0, 20):
        for number in range(quantity):
            answered(ada, timezone.now() - timedelta(days=number))
        page(client, ada)
        with CaptureQueriesContext(connection) as captured:
            page(client, ada)
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- The export ----------------------------------------------------------------------------------
@pytest.fixture
def known(ada: UUID) -> UUID:
    """A row, with a mark where a text is, in every table of the bank about members."""
    question, revision = published()
    session = plain_session(ada, question_ids=[question], revision_ids=[revision])
    plain_answer(session, ada, question_id=question, revision_id=revision, given_text=MARK)
    run("INSERT INTO user_progress (user_id) VALUES (%s)", ada)
    run("INSERT INTO performance_summaries (user_id) VALUES (%s)", ada)
    run("INSERT INTO archived_member_counts (month, user_id, answered, correct, time_ms, timed,"
        " last_at) VALUES ('2020-05-01', %s, 3, 2, 9000, 3, '2020-05-07')", ada)  # fmt: skip
    run("INSERT INTO archived_day_counts (month, user_id, stat_date, sessions, questions, correct,"
        " time_ms) VALUES ('2020-05-01', %s, '2020-05-07', 1, 3, 2, 9000)", ada)  # fmt: skip
    run("INSERT INTO study_sessions (user_id) VALUES (%s)", ada)
    run("INSERT INTO user_interactions (user_id, action_type, details) VALUES (%s, 'seen', %s)",
        ada, json.dumps({"text": MARK}))  # fmt: skip
    run("INSERT INTO user_interaction_summary (user_id, action_type, date, count)"
        " VALUES (%s, 'seen', '2026-11-20', 3)", ada)  # fmt: skip
    run("INSERT INTO problem_reports (question_id, reporter_id, reason, description)"
        " VALUES (%s, %s, 'error', %s)", question, ada, f"{MARK} is wrong")  # fmt: skip
    run("INSERT INTO answers_set_aside (message_id, user_id, body, reason)"
        " VALUES ('1-1', %s, %s, 'unreadable')", ada, json.dumps({"text": MARK}))  # fmt: skip
    refresh()
    return ada


def exported(member: UUID) -> dict[str, list[dict[str, Any]]]:
    answer = visit_as("ops").post(reverse("admin:assessments_member_export", args=[member]))
    assert answer.status_code == 200
    return json.loads(b"".join(answer.streaming_content))["sections"]["learning"]


def test_export_holds_every_row_that_an_erasure_would_find(known: UUID) -> None:
    plain_session(learner("Bo"))
    found = exported(known)

    tables = [t for t in declared(PersonalData).values() if t.name in TABLES]
    rows = {
        t.name: value(f"SELECT count(*) FROM {t.name} WHERE {t.member_column} = %s", known)
        for t in tables
    }
    assert {name: len(found[kind]) for name, kind in TABLES.items()} == rows
    assert found["answers"][0]["given_text"] == MARK
    assert found["interactions"][0]["details"] == {"text": MARK}
    assert found["messages_set_aside"][0]["body"] == {"text": MARK}
    assert found["problem_reports"][0]["description"] == f"{MARK} is wrong"
    assert "reviewer_id" not in found["problem_reports"][0]
    assert found["days"][0]["daily_questions"] == 1


TABLES = {
    "user_progress": "progress",
    "performance_summaries": "performance",
    "archived_member_counts": "counts_of_archived_answers",
    "archived_day_counts": "days_of_archived_answers",
    "user_daily_stats": "days",
    "quiz_sessions": "quiz_sessions",
    "answers": "answers",
    "answers_set_aside": "messages_set_aside",
    "study_sessions": "study_sessions",
    "user_interactions": "interactions",
    "user_interaction_summary": "interactions_by_day",
    "problem_reports": "problem_reports",
}


def test_export_names_every_table_of_the_bank_about_members() -> None:
    """A table that is declared for erasures, and holds what a learner did, is exported too."""
    prefixes = ("answers", "archived_", "performance_s", "problem", "quiz_", "study_", "user_")
    of_bank = {name for name in declared(PersonalData) if name.startswith(prefixes)}
    assert of_bank == {*TABLES, "quiz_session_archive"}
