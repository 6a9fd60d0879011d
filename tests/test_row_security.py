"""Every table, view and function of the database, against the rules for the client roles."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

# With the owner's power, and open to clients: each works for app.current_user_id only.
OPEN_DEFINERS = {
    "batch_insert_descriptors",
    "autocomplete_descriptors",
    "descriptor_exists",
    "estimate_descriptor_count",
    "find_duplicate_descriptors",
    "find_similar_descriptors",
    "generate_wheel_data_optimized",
    "get_descriptor_timeline",
    "get_descriptors_paginated",
    "get_top_descriptors",
    "get_user_descriptor_stats",
    "get_wheel_data_fast",
    "suggest_descriptor_category",
    "wheel_needs_regeneration",
    "abandon_quiz_session",
    "complete_quiz_session",
    "get_quiz_questions",
    "get_quiz_results",
    "pause_quiz_session",
    "resume_quiz_session",
    "start_quiz_session",
    "submit_answers",
    "appeal_own_profile",
    "get_lightning_percentile",
    "get_own_profile",
    "submit_own_profile",
    "withdraw_own_profile",
}
CLIENTS = "ARRAY['steward_anon', 'steward_member']"


def rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


pytestmark = pytest.mark.django_db

# A relation is open to a client role by a grant on it or on any of its columns, PUBLIC's included.
OPEN = f"""
    SELECT DISTINCT c.oid, c.relname, c.relkind, c.relispartition, c.relrowsecurity,
        c.relforcerowsecurity, c.reloptions
    FROM pg_class AS c
    CROSS JOIN unnest({CLIENTS}) AS client (name)
    CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS privilege (name)
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
        AND NOT EXISTS (
            SELECT FROM pg_depend AS d
            WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e'
        )
        AND (
            has_any_column_privilege(client.name, c.oid, privilege.name)
            OR has_table_privilege(client.name, c.oid, 'DELETE, TRUNCATE, TRIGGER, MAINTAIN')
        )
"""


def test_something_is_open() -> None:
    names = {row[0] for row in rows(f"SELECT relname FROM ({OPEN}) AS o")}
    assert {"members", "public_profiles", "lightning_round_questions"} <= names


def test_open_relations_force_row_security() -> None:
    assert (
        rows(
            f"SELECT relname FROM ({OPEN}) AS o WHERE relkind IN ('r', 'p')"
            " AND NOT (relrowsecurity AND relforcerowsecurity)"
        )
        == []
    )


def test_no_partition_is_open() -> None:
    assert rows(f"SELECT relname FROM ({OPEN}) AS o WHERE relispartition") == []


def test_no_view_reads_with_the_owners_power() -> None:
    assert (
        rows(
            f"SELECT relname FROM ({OPEN}) AS o WHERE relkind = 'm' OR relkind = 'v'"
            " AND NOT 'security_invoker=true' = ANY (COALESCE(reloptions, '{}'))"
        )
        == []
    )


def test_row_security_is_forced_and_lets_staff_in() -> None:
    """FORCE without staff_all would show the owner no row."""
    assert (
        rows(
            """
        SELECT c.relname FROM pg_class AS c
        WHERE c.relnamespace = 'public'::regnamespace
            AND (c.relrowsecurity OR c.relforcerowsecurity)
            AND NOT (
                c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
                    SELECT FROM pg_policies AS p
                    WHERE p.tablename = c.relname AND p.policyname = 'staff_all'
                        AND p.roles = '{steward_owner}' AND p.permissive = 'PERMISSIVE'
                        AND p.cmd = 'ALL' AND p.qual = 'true' AND p.with_check = 'true'
                )
            )
        """
        )
        == []
    )


def test_policies_name_their_roles() -> None:
    assert rows("SELECT policyname FROM pg_policies WHERE 'public' = ANY (roles)") == []


def test_owner_owns_all_and_no_client_makes_objects() -> None:
    assert (
        rows(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relowner <> 'steward_owner'::regrole AND relname NOT LIKE 'pg_stat_statements%'"
        )
        == []
    )
    assert (
        rows(
            "SELECT rolname FROM pg_roles WHERE rolname IN ('steward_anon', 'steward_member')"
            " AND has_schema_privilege(rolname, 'public', 'CREATE')"
        )
        == []
    )


OWN_FUNCTIONS = """
    SELECT p.* FROM pg_proc AS p
    WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
    )
"""


def test_functions_with_the_owners_power_fix_their_search_path() -> None:
    assert (
        rows(
            f"SELECT proname FROM ({OWN_FUNCTIONS}) AS f WHERE prosecdef"
            " AND NOT 'search_path=\"\"' = ANY (COALESCE(proconfig, '{}'))"
        )
        == []
    )


def test_client_roles_call_only_what_guards_itself() -> None:
    found = rows(
        f"SELECT DISTINCT proname FROM ({OWN_FUNCTIONS}) AS f"
        f" CROSS JOIN unnest({CLIENTS}) AS client (name)"
        " WHERE has_function_privilege(client.name, f.oid, 'EXECUTE')"
        " AND (prosecdef OR proname LIKE 'refresh%')"
    )
    assert {name for (name,) in found} == OPEN_DEFINERS
