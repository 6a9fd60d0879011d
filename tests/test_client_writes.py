"""What clients write is such as every reader can take: no list breaks at a row of a member's."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.assessments.people import make_member, make_profile, publish
from tests.assessments.roles import MEMBER, ask

pytestmark = pytest.mark.django_db

# Columns of a type that client roles may write, each with the checks that name it.
WRITTEN = """
    SELECT DISTINCT w.table_name || '.' || w.column_name, c.data_type, COALESCE((
        SELECT string_agg(pg_get_constraintdef(k.oid), ' ') FROM pg_constraint AS k
        WHERE k.conrelid = w.table_name::text::regclass AND k.contype = 'c' AND k.convalidated
            AND pg_get_constraintdef(k.oid) LIKE '%%' || w.column_name || '%%'
    ), '')
    FROM information_schema.column_privileges AS w
    JOIN information_schema.columns AS c USING (table_schema, table_name, column_name)
    WHERE w.grantee IN ('steward_anon', 'steward_member')
        AND w.privilege_type IN ('INSERT', 'UPDATE')
"""
STUDY = "INSERT INTO study_sessions (user_id, start_time, end_time) VALUES (%s, %s, %s)"
INTERACTION = "INSERT INTO user_interactions (user_id, action_type, details) VALUES (%s, 'a', %s)"


def test_every_moment_and_json_of_a_client_is_bounded() -> None:
    bounds = {"timestamp with time zone": "3000-01-01", "jsonb": "json_is_plain"}
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        rows = cursor.fetchall()

    assert {kind for _, kind, _ in rows} >= set(bounds)
    assert [name for name, kind, checks in rows if bounds.get(kind, "") not in checks] == []


def test_every_text_of_a_client_has_an_end() -> None:
    """By its length, as one of a list, or by a pattern that counts."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        texts = {name: checks for name, kind, checks in cursor.fetchall() if kind == "text"}

    assert "public_profiles.name" in texts
    bounds = ("length(", "ANY (ARRAY[", "{0,59}")
    assert [name for name, checks in texts.items() if not any(b in checks for b in bounds)] == []


@pytest.mark.parametrize("moment", ["infinity", "-infinity", "10000-01-01", "0044-03-15 BC"])
def test_moment_that_nobody_can_write_down_is_refused(moment: str) -> None:
    member = make_member().pk
    for times in ((moment, None), ("2026-01-01", moment)):
        with pytest.raises(DatabaseError, match="study_"), transaction.atomic():
            ask(MEMBER, member, STUDY, member, *times)


@pytest.mark.parametrize(
    "details",
    ["[" * 51 + "]" * 51, '{"n": ' + "9" * 5_000 + "}", '{"n": [-1e301]}', '"' + "x" * 8_000 + '"'],
)
def test_json_that_not_everybody_can_read_is_refused(details: str) -> None:
    member = make_member().pk
    with pytest.raises(DatabaseError, match="details_are_small"), transaction.atomic():
        ask(MEMBER, member, INTERACTION, member, details)


@pytest.mark.parametrize("details", ["[" * 50 + "]" * 50, '{"n": [1e300, "9e999", null]}', "5"])
def test_any_other_json_is_taken(details: Any) -> None:
    member = make_member().pk
    ask(MEMBER, member, INTERACTION, member, details)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("name", "x" * 121),
        ("profile_slug", "x" * 81),
        ("self_description", "x" * 5_001),
        ("public_summary", "x" * 5_001),
        ("video_url", "https://loom.com/" + "x" * 1_984),
        ("email", "x" * 321),
    ],
)
def test_edit_that_nobody_could_approve_is_refused(column: str, text: str) -> None:
    member = make_member()
    publish(make_profile(member))
    edit = f"UPDATE public_profiles SET {column} = %s WHERE user_id = %s"
    with pytest.raises(DatabaseError, match="_is_short"), transaction.atomic():
        ask(MEMBER, member.pk, edit, text, member.pk)
    ask(MEMBER, member.pk, edit, text[:-1], member.pk)
