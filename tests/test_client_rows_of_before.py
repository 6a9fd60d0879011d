"""Rows of before there were rules for them, and what the upgrade makes of them."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.assessments.people import make_member, make_profile, make_session, publish
from tests.quizbank.learning import published, run

pytestmark = pytest.mark.django_db
BEFORE = [
    ("assessments", "0026_ranks_on_steps"),
    ("flavors", "0032_plans_are_kept"),
    ("quizbank", "0043_sessions_read_in_their_order"),
]
DEEP = "[" * 51 + "]" * 51
FIRST, LAST = "1970-01-01 00:00:00+00", "2999-12-31 23:59:59.999999+00"


def migrate(to: list[tuple[str, str]]) -> None:
    run("SET CONSTRAINTS ALL IMMEDIATE")
    MigrationExecutor(connection).migrate(to)


def write_what_was_legal(member: UUID, session: UUID, question: UUID, revision: UUID) -> None:
    for start, end in (("-infinity", "2026-01-01"), ("2026-01-01", "infinity")):
        run(
            "INSERT INTO study_sessions (user_id, start_time, end_time) VALUES (%s, %s, %s)",
            member,
            start,
            end,
        )
    run("INSERT INTO study_sessions (user_id, start_time) VALUES (%s, 'infinity')", member)
    run(
        "UPDATE cs_assessment_sessions SET interview_transcript = %s, last_activity_at = %s,"
        " current_section = repeat('x', 201), video_url = 'https://loom.com/' || repeat('x', 1984)"
        " WHERE id = %s",
        "[" * 3_000 + "]" * 3_000,
        "10000-01-01",
        session,
    )
    run(
        "INSERT INTO user_interactions (user_id, action_type, entity_type, entity_id, details)"
        " VALUES (%s, 'a', repeat('x', 101), repeat('x', 201), %s)",
        member,
        DEEP,
    )
    run(
        "INSERT INTO flavor_wheels"
        " (user_id, wheel_type, scope, data, descriptor_count, generated_at)"
        """ VALUES (%s, 'aroma', 'personal', '{"categories": [1e400]}', 1, now()),"""
        """ (%s, 'flavor', 'personal', '{"categories": [1]}', 1, 'infinity')""",
        member,
        member,
    )
    run(
        "INSERT INTO problem_reports (question_id, revision_id, reporter_id, reason, description)"
        " VALUES (%s, %s, %s, 'error', %s)",
        question,
        revision,
        member,
        "\u200b" * 12,
    )
    run("UPDATE questions SET external_id = repeat('x', 201) WHERE id = %s", question)


def write_what_nobody_could_approve(profile: UUID) -> None:
    run(
        "UPDATE public_profiles SET email = repeat('x', 321),"
        " video_url = 'https://loom.com/' || repeat('x', 1984) WHERE user_id = %s",
        profile,
    )


def test_rows_of_before_are_mended_and_long_codes_named() -> None:
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    member = make_member().pk
    session = make_session(make_member()).pk
    question, revision = published()
    profile = publish(make_profile(make_member(), email=None)).pk
    migrate(BEFORE)
    write_what_was_legal(member, session, question, revision)
    write_what_nobody_could_approve(profile)

    with pytest.raises(CommandError, match=rf"questions.external_id of .* the id {question}\."):
        migrate(newest)
    run("UPDATE questions SET external_id = 'x' WHERE id = %s", question)
    migrate(newest)

    run("SET TIME ZONE 'UTC'")
    assert run("SELECT start_time::text, end_time::text FROM study_sessions ORDER BY id") == [
        (FIRST, "2026-01-01 00:00:00+00"),
        ("2026-01-01 00:00:00+00", None),
        (LAST, None),
    ]
    assert run(
        "SELECT interview_transcript::text, length(current_section), last_activity_at::text,"
        " video_url FROM cs_assessment_sessions"
    ) == [("[]", 200, LAST, None)]
    assert run(
        "SELECT details::text, length(entity_type), length(entity_id) FROM user_interactions"
    ) == [("{}", 100, 200)]
    assert run("SELECT data::text, generated_at::text FROM flavor_wheels ORDER BY wheel_type") == [
        ('{"categories": []}', FIRST),
        ('{"categories": [1]}', FIRST),
    ]
    assert run("SELECT description FROM problem_reports") == [("(nothing that can be seen)",)]
    assert run("SELECT conname FROM pg_constraint WHERE contype = 'c' AND NOT convalidated") == []
    # Edits are cut where they could not be approved.
    assert run(
        "SELECT email, video_url, length(pending_revision ->> 'video_url') FROM public_profiles"
    ) == [(None, None, 2_000)]
