"""Up, down and up again is the same schema."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from ops.apps import quicken_triggers

# Not the order of columns: one that goes and comes back is the last.
CATALOG = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
            a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid),
            COALESCE(a.attacl, '{}')::text
        FROM pg_attribute AS a
        JOIN pg_class AS c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
    """,
    "relations": """
        SELECT relname, relkind::text, relrowsecurity, relforcerowsecurity, relispartition,
            pg_get_expr(relpartbound, oid), reloptions::text,
            COALESCE(relacl, acldefault('r', relowner))::text
        FROM pg_class WHERE relnamespace = 'public'::regnamespace
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), condeferrable
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    """,
    "indexes": "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": """
        SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger
        WHERE NOT tgisinternal
    """,
    "functions": """
        SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid),
            COALESCE(p.proacl, acldefault('f', p.proowner))::text
        FROM pg_proc AS p
        WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
    """,
    "policies": """
        SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check
        FROM pg_policies WHERE schemaname = 'public'
    """,
}


def catalog() -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    with connection.cursor() as cursor:
        for kind, query in CATALOG.items():
            cursor.execute(query)
            found[kind] = sorted(cursor.fetchall(), key=repr)
    return found


def migrate(*targets: tuple[str, str | None]) -> None:
    """As the command does, with what it does afterwards."""
    MigrationExecutor(connection).migrate(list(targets))
    quicken_triggers(using="default")


def applied() -> list[tuple[str, str]]:
    """The newest migrations: those of other apps that stand on this one go down with it."""
    loader = MigrationLoader(connection)
    done = loader.applied_migrations
    return [
        key for key in done if not {c.key for c in loader.graph.node_map[key].children} & set(done)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("app", "down", "up"),
    [
        ("assessments", None, "0005_leaderboards"),
        ("assessments", "0004_owner_steps", "0005_leaderboards"),
        ("assessments", "0003_rules", "0004_owner_steps"),
        ("assessments", "0002_tables", "0003_rules"),
        ("assessments", "0008_badge_catalogue", "0009_public_pages"),
        ("assessments", "0011_profile_lists", "0012_erase_member"),
        ("assessments", "0014_session_archetypes", "0015_slugs_that_were_public"),
        ("assessments", "0016_export_boards_with_names", "0017_ranks_by_count"),
        ("assessments", "0021_catalogue_history", "0022_undo_decisions_on_edits"),
        ("assessments", "0022_undo_decisions_on_edits", "0023_reserved_slugs_at_once"),
        ("quizbank", "0010_list_indexes", "0011_lightning_row_security"),
        ("quizbank", "0011_lightning_row_security", "0013_learning_rules"),
        ("quizbank", "0012_answers_and_sessions", "0013_learning_rules"),
        ("quizbank", "0013_learning_rules", "0014_intake"),
        ("quizbank", "0014_intake", "0015_counting"),
        ("quizbank", "0016_item_statistics", "0017_old_sessions_and_interactions"),
    ],
)
def test_down_and_up_again_is_the_same(app: str, down: str | None, up: str) -> None:
    migrate((app, up))
    before, targets = catalog(), applied()
    migrate((app, down))
    below = catalog()
    migrate(*targets)
    after = catalog()

    assert below != before
    for kind in CATALOG:
        assert after[kind] == before[kind], kind


@pytest.mark.django_db
def test_down_leaves_nothing_behind() -> None:
    """But functions of triggers, which the next way up replaces."""
    migrate(("assessments", None), ("ops", "0012_after_refresh"))
    words = ("member", "assessment", "profile", "moderation", "badges")
    names = [repr(row[0]) for rows in catalog().values() for row in rows]
    left = [name for name in names if any(word in name for word in words)]

    assert [name for name in left if "pgtrigger_" not in name] == []
