"""The checklist of seed 000, sections 5.3 and 6.2, statement by statement; its rollback and
re-application are in tests/ops/schema/test_reversals.py, its figures in tests/bench."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

import assessments
from assessments.models import ModerationReason, PublicProfile
from assessments.models.leaderboard import Dimension
from ops.registry import Schedule, declared
from tests.assessments.people import make_member, make_profile, make_session, publish
from tests.assessments.roles import ANON, MEMBER, ask

pytestmark = pytest.mark.django_db

SQL = Path(assessments.__file__).parent / "sql"

SESSION_COLUMNS = {
    "career_level": "text",
    "years_experience": "integer",
    "self_description": "text",
    "video_url": "text",
    "profile_slug": "text",
    "lightning_round_score": "integer",
    "lightning_round_difficulty": "text",
    "lightning_round_completed_at": "timestamp with time zone",
    "absurdist_questions_answered": "integer",
    "technical_score": "integer",
    "emotional_score": "integer",
    "creative_score": "integer",
}
PROFILE_COLUMNS = {
    "user_id": "uuid",
    "session_id": "uuid",
    "profile_slug": "text",
    "name": "text",
    "email": "text",
    "career_level": "text",
    "years_experience": "integer",
    "self_description": "text",
    "personality_type": "text",
    "archetype": "text",
    "badges": "ARRAY",
    "best_fit_roles": "ARRAY",
    "public_summary": "text",
    "video_url": "text",
    "show_scores": "boolean",
    "overall_score": "integer",
    "category_scores": "jsonb",
    "published_at": "timestamp with time zone",
    "updated_at": "timestamp with time zone",
}
LIGHTNING_COLUMNS = {
    "id": "text",
    "question": "text",
    "correct_answer": "text",
    "explanation": "text",
    "question_type": "text",
    "difficulty": "text",
    "created_at": "timestamp with time zone",
}


BOARD_COLUMNS = {
    "user_id": "uuid",
    "archetype": "text",
    "overall_score": "integer",
    "dimensions": "jsonb",
    "category_scores": "jsonb",
    "badges": "text[]",
    "lightning_round_score": "integer",
    "completed_at": "timestamp with time zone",
    "overall_rank": "bigint",
    "technical_rank": "bigint",
    "emotional_rank": "bigint",
    "creative_rank": "bigint",
    "lightning_rank": "bigint",
}


def sql(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("cs_assessment_sessions", SESSION_COLUMNS),
        ("public_profiles", PROFILE_COLUMNS),
        ("lightning_round_questions", LIGHTNING_COLUMNS),
    ],
)
def test_columns_are_there(table: str, columns: dict[str, str]) -> None:
    found = dict(
        sql(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s",
            table,
        )
    )
    assert {name: found.get(name) for name in columns} == columns


def test_board_is_described() -> None:
    """As `\\d+ assessment_leaderboard` has it; kept like the seed's view, and indexed like it."""
    found = dict(
        sql(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = 'assessment_leaderboard'::regclass AND attnum > 0"
        )
    )
    assert {name: found.get(name) for name in BOARD_COLUMNS} == BOARD_COLUMNS
    assert sql("SELECT relkind FROM pg_class WHERE oid = 'assessment_leaderboard'::regclass") == [
        ("v",)
    ]
    indexes = sql("SELECT indexname FROM pg_indexes WHERE tablename = 'leaderboard_attempts'")
    assert {name for (name,) in indexes} == {
        "leaderboard_attempts_pkey",
        *(f"idx_leaderboard_{dimension.value}_rank" for dimension in Dimension),
    }


def test_refresh_is_scheduled_every_five_minutes() -> None:
    """Section 6.2, step 6: the ticker does what pg_cron would."""
    [schedule] = [
        each for each in declared(Schedule).values() if each.target == "assessment_leaderboard"
    ]
    assert (schedule.operation, str(schedule.when)) == ("refresh", "every 5 minutes")


def test_usage_of_indexes_is_asked_as_the_document_does() -> None:
    make_session(make_member())
    rows = sql(
        "SELECT schemaname, relname, indexrelname, idx_scan, idx_tup_read"
        " FROM pg_stat_user_indexes WHERE relname LIKE 'cs_assessment_sessions%%'"
        " ORDER BY idx_scan DESC;"
    )
    assert len(rows) > len(SESSION_COLUMNS)


def test_random_lightning_question_is_drawn_by_difficulty() -> None:
    call_command("load_demo")
    [(difficulty,)] = sql(
        "SELECT difficulty FROM lightning_round_questions WHERE difficulty = 'insane'"
        " ORDER BY random() LIMIT 1"
    )
    assert difficulty == "insane"


def test_lightning_questions_are_150() -> None:
    call_command("load_demo")
    assert sql("SELECT COUNT(*) FROM lightning_round_questions;") == [(150,)]


def test_leaderboard_is_refreshed_and_read() -> None:
    for number in range(50):
        make_session(make_member(), overall_score=number)
    sql("SELECT refresh_assessment_leaderboard();")

    assert len(sql("SELECT * FROM assessment_leaderboard LIMIT 10;")) == 10
    top = sql(
        "SELECT * FROM assessment_leaderboard WHERE overall_rank <= 100 ORDER BY overall_rank;"
    )
    assert len(top) == 50
    assert len(sql(f"SELECT {', '.join(BOARD_COLUMNS)} FROM assessment_leaderboard")) == 50


def test_public_profiles_are_found_by_level_and_badge() -> None:
    member = make_member()
    publish(make_profile(member, session=make_session(member), career_level="senior_manager"))
    found = ask(
        ANON,
        None,
        "SELECT profile_slug FROM public_profiles WHERE career_level = 'senior_manager'"
        " AND badges @> ARRAY['ai_prodigy'] ORDER BY published_at DESC",
    )
    assert len(found) == 1


def test_row_security_as_the_checklist_has_it() -> None:
    profiles = [publish(make_profile(make_member())) for _ in range(10)]
    assert ask(ANON, None, "SELECT count(*) FROM public_profiles") == [(10,)]

    own, others = make_member(), profiles[0].user_id
    insert = (
        "INSERT INTO public_profiles (user_id, profile_slug, name, career_level, years_experience)"
        " VALUES (%s, 'ada', 'Ada', 'entry', 1)"
    )
    ask(MEMBER, own.pk, insert, own.pk)
    update = "UPDATE public_profiles SET years_experience = 2 WHERE user_id = %s"
    assert ask(MEMBER, own.pk, update, own.pk) == [(1,)]
    assert ask(MEMBER, own.pk, update, others) == [(0,)]
    with pytest.raises(DatabaseError, match="row-level security"):
        ask(MEMBER, own.pk, insert.replace("'ada'", "'other'"), make_member().pk)
    assert PublicProfile.objects.get(pk=others).years_experience == 7


def test_unknown_member_has_no_percentile() -> None:
    nobody: UUID = uuid4()
    assert sql("SELECT get_lightning_percentile(%s)", nobody) == [(None,)]


def test_canned_reasons_are_there_for_each_action_that_needs_one() -> None:
    # As the migration does; a test with commits may have emptied the table.
    sql((SQL / "canned_reasons_v1.sql").read_text())
    offered = {action for reason in ModerationReason.objects.all() for action in reason.actions}
    assert offered == {"request_changes", "reject", "hide", "uphold", "overturn"}
