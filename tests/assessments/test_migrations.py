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


# Which of them stand follows the clock and the work; a way down leaves them to their table.
PARTITIONS = "SELECT relname FROM pg_class WHERE relispartition"


def catalog() -> dict[str, list[tuple[Any, ...]]]:
    """Each kind's rows, the relation's name first; without those of single partitions."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS)
        partitions = {name for (name,) in cursor.fetchall()}
        for kind, query in CATALOG.items():
            cursor.execute(query)
            rows = [row for row in cursor.fetchall() if row[0] not in partitions]
            found[kind] = sorted(rows, key=repr)
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


# Below these stand other tests' migrations.
DEEPEST = {"assessments": None, "quizbank": "0010_list_indexes"}


def steps_down() -> list[tuple[str, str | None]]:
    """Each migration of the two apps, the newest first, as the one that stands before it."""
    loader = MigrationLoader(connection)
    plan = [node for leaf in loader.graph.leaf_nodes() for node in loader.graph.forwards_plan(leaf)]
    order: dict[str, list[str]] = {app: [] for app in DEEPEST}
    for app, name in dict.fromkeys(plan):
        if app in order:
            order[app].append(name)
    steps: list[tuple[str, str | None]] = []
    for app in reversed(DEEPEST):
        names: list[str | None] = [None, *order[app]]
        first = names.index(DEEPEST[app])
        steps += [(app, name) for name in reversed(names[first:-1])]
    return steps


@pytest.mark.django_db
def test_each_step_down_and_up_again_is_the_same() -> None:
    """One way down and one way up, compared at each migration."""
    seen = [(applied(), catalog())]
    for step in steps_down():
        migrate(step)
        if applied() != seen[-1][0]:
            seen.append((applied(), catalog()))
    assert len(seen) > 20

    for targets, before in reversed(seen[:-1]):
        migrate(*targets)
        after = catalog()
        assert before != seen[-1][1]
        for kind in CATALOG:
            assert after[kind] == before[kind], (targets, kind)


@pytest.mark.django_db
def test_down_leaves_nothing_behind() -> None:
    """But functions of triggers, which the next way up replaces."""
    migrate(("assessments", None), ("ops", "0012_after_refresh"))
    words = ("member", "assessment", "profile", "moderation", "badges")
    names = [repr(row[0]) for rows in catalog().values() for row in rows]
    left = [name for name in names if any(word in name for word in words)]

    assert [name for name in left if "pgtrigger_" not in name] == []
