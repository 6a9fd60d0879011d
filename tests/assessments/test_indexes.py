"""Each index of seed 000 is there under its name, and serves its query."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from tests.assessments.people import make_member, make_session

pytestmark = pytest.mark.django_db

SESSION = "cs_assessment_sessions"
SEED = {
    SESSION: {
        "user_id": "btree (user_id)",
        "status": "btree (status)",
        "started_at": "btree (started_at DESC)",
        "completed": "btree (completed_at DESC) WHERE (completed_at IS NOT NULL)",
        "user_status_completed": "btree (user_id, status, completed_at DESC)",
        "badges": "gin (badges)",
        "career_level": "btree (career_level)",
        "category_scores": "gin (category_scores)",
        "profile_slug": "btree (profile_slug)",
        "published": "btree (is_published, completed_at DESC) WHERE is_published",
    },
    "public_profiles": {
        "career_level": "btree (career_level)",
        "badges": "gin (badges)",
        "published_at": "btree (published_at DESC)",
        "archetype": "btree (archetype)",
    },
    "lightning_questions": {
        "difficulty": "btree (difficulty)",
        "type": "btree (question_type)",
        "difficulty_type": "btree (difficulty, question_type)",
    },
}
NAMED = {
    f"idx_{table}_{name}": definition
    for table, indexes in SEED.items()
    for name, definition in indexes.items()
} | {
    f"idx_{kind}_score": f"btree ({kind}_score)" for kind in ("technical", "emotional", "creative")
}


@pytest.mark.parametrize(("name", "definition"), NAMED.items(), ids=NAMED)
def test_index_of_the_seed_is_there(name: str, definition: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
        [(found,)] = cursor.fetchall()
    assert found.endswith(f" USING {definition}")


def plan(query: str, *values: Any) -> str:
    """As the planner has it where reading all or sorting is too dear: tables of tests are small."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN (COSTS OFF) {query}", values)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize(
    ("condition", "column"),
    [
        ("badges @> ARRAY['ai_prodigy']", "badges"),
        ("""category_scores @> '{"technical": {"overall": 85}}'""", "category_scores"),
        ("technical_score > 85", "technical_score"),
        ("profile_slug = 'ada'", "profile_slug"),
    ],
)
def test_session_is_found_by_index(condition: str, column: str) -> None:
    found = plan(f"SELECT id FROM {SESSION} WHERE {condition}")
    assert f"_{column}_idx" in found, found


def test_any_is_not_served_by_gin() -> None:
    """Why the screens ask with @>."""
    assert "badges_idx" not in plan(f"SELECT id FROM {SESSION} WHERE 'x' = ANY (badges)")


def test_public_list_by_level_and_slug_are_found_by_index() -> None:
    newest = plan(
        "SELECT name FROM public_profiles WHERE is_public AND career_level = 'mid'"
        " ORDER BY published_at DESC LIMIT 50"
    )
    assert "profile_public_by_level" in newest
    assert "Sort" not in newest
    slug = plan("SELECT name FROM public_profiles WHERE profile_slug = 'ada'")
    assert "public_profiles_profile_slug_key" in slug


def test_session_by_id_opens_one_partition() -> None:
    session = make_session(make_member())
    found = plan(f"SELECT status FROM {SESSION} WHERE id = %s", session.pk)
    assert found.count("Scan") == 1, found
