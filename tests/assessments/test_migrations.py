"""Up, down and up again is the same schema."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from ops.apps import quicken_triggers

type Target = tuple[str, str | None]

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


# Which of them stand follows the clock and the work; a way down leaves them to their table.
PARTITIONS = """
    SELECT relname FROM pg_class WHERE relispartition
    UNION
    SELECT own.relname FROM pg_index AS i
    JOIN pg_class AS own ON own.oid = i.indexrelid
    JOIN pg_class AS part ON part.oid = i.indrelid
    WHERE part.relispartition
"""


# A digest for each name: the first column of its kind.
DIGESTS = " UNION ALL ".join(
    f"""
    SELECT '{kind}', each.name::text,
        md5(string_agg(each::text, ' ' ORDER BY each::text COLLATE "C"))
    FROM ({query}) AS each (name) WHERE each.name::text NOT IN ({PARTITIONS}) GROUP BY each.name
    """
    for kind, query in CATALOG.items()
)


def catalog() -> dict[tuple[str, str], str]:
    """(Kind, name) → digest; without those of single partitions."""
    with connection.cursor() as cursor:
        cursor.execute(DIGESTS)
        return {(kind, name): digest for kind, name, digest in cursor.fetchall()}


def follow(then: Callable[[], None]) -> MigrationExecutor:
    """Goes many steps at once, as the states between are made once; `then` is called at each,
    after what the command does at its end.
    """

    def progress(action: str, migration: Any = None, fake: bool = False) -> None:
        if action in ("apply_success", "unapply_success"):
            quicken_triggers(using="default")
            then()

    return MigrationExecutor(connection, progress)


def applied() -> frozenset[Target]:
    return frozenset(MigrationRecorder(connection).applied_migrations())


# Below these stand other tests' migrations.
DEEPEST: list[Target] = [
    ("assessments", None),
    ("flavors", None),
    ("quizbank", "0010_list_indexes"),
    ("ops", "0012_after_refresh"),
]
OF_MEMBERS = ("member", "assessment", "profile", "moderation", "badges")


@pytest.fixture
def no_garbage() -> Iterator[None]:
    """The models between the migrations are a third faster to make so."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.django_db
@pytest.mark.usefixtures("no_garbage")
def test_each_step_down_and_up_again_is_the_same() -> None:
    """One way down and one way up, compared at each migration. Nothing stays of members, but
    functions of triggers, which the next way up replaces.
    """
    seen = [(applied(), catalog())]
    executor = follow(lambda: seen.append((applied(), catalog())))
    newest = executor.loader.graph.leaf_nodes()
    undone = executor.migration_plan(DEEPEST)
    # The way up goes in this order.
    everything = executor.migration_plan(newest, clean_start=True)
    executor.migrate(
        [], plan=[(step, True) for step, _ in everything[::-1] if (step, True) in undone]
    )
    assert len(seen) > 30
    left = [name for _, name in seen[-1][1] if any(word in name for word in OF_MEMBERS)]
    assert [name for name in left if "pgtrigger_" not in name] == []

    expected = reversed(seen[:-1])

    def compare() -> None:
        migrations, before = next(expected)
        assert applied() == migrations
        assert catalog() == before

    follow(compare).migrate(newest)
    assert next(expected, None) is None
