"""What is changed by hand is found, and told apart from what grows by itself."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection

from ops.registry import PartitionedTable, declared
from ops.schema.comparing import OK, compare
from ops.schema.expecting import ROLES, expectations, keep
from ops.schema.reading import SchemaObject, read_own_catalog

type Found = set[tuple[str, str, str]]


@pytest.fixture(scope="module")
def expected(shared_database: None) -> list[SchemaObject]:
    return list(expectations(read_own_catalog()))


@pytest.fixture
def before(db: None, expected: list[SchemaObject]) -> list[SchemaObject]:
    return expected


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def found(expected: list[SchemaObject]) -> Found:
    findings = compare(expected, read_own_catalog())
    return {(each.state, each.kind, each.name) for each in findings if each.state != OK}


def test_nothing_differs_on_its_own(before: list[SchemaObject]) -> None:
    assert found(before) == set()


CHANGES: dict[str, tuple[str, Found]] = {
    "dropped index": (
        "DROP INDEX public.run_list",
        {("missing", "index", "public.ops_run: run_list")},
    ),
    "index that was built otherwise": (
        "DROP INDEX public.run_list; CREATE INDEX run_list ON public.ops_run (id)",
        {("drifted", "index", "public.ops_run: run_list")},
    ),
    "disabled trigger": (
        "ALTER TABLE public.django_admin_log DISABLE TRIGGER record_admin_log",
        {("drifted", "trigger", "public.django_admin_log: record_admin_log")},
    ),
    "function without its search path": (
        "ALTER FUNCTION public.uuid_floor(timestamptz) RESET search_path",
        {("drifted", "function", "public.uuid_floor(timestamp with time zone)")},
    ),
    "function that runs as its owner": (
        "ALTER FUNCTION public.uuid_floor(timestamptz) SECURITY DEFINER",
        {("drifted", "function", "public.uuid_floor(timestamp with time zone)")},
    ),
    "function by hand": (
        "CREATE FUNCTION public.by_hand() RETURNS int LANGUAGE sql RETURN 1",
        {("unknown", "function", "public.by_hand()")},
    ),
    "dropped policy": (
        "DROP POLICY staff_all ON public.members",
        {("missing", "policy", "public.members: staff_all")},
    ),
    "row security not forced": (
        "ALTER TABLE public.members NO FORCE ROW LEVEL SECURITY",
        {("drifted", "row security", "public.members")},
    ),
    "column that may be empty": (
        "ALTER TABLE public.members ALTER COLUMN display_name DROP NOT NULL",
        {("drifted", "column", "public.members: display_name")},
    ),
    "column with another default": (
        "ALTER TABLE public.members ALTER COLUMN display_name SET DEFAULT 'x'",
        {("drifted", "column", "public.members: display_name")},
    ),
    "dropped column": (
        "ALTER TABLE public.query_texts DROP COLUMN seen_at",
        {("missing", "column", "public.query_texts: seen_at")},
    ),
    "grant to a client role": (
        "GRANT SELECT ON public.ops_run TO steward_member",
        {("unknown", "grant", "SELECT ON public.ops_run TO steward_member")},
    ),
    "grant of a column": (
        "GRANT SELECT (email) ON public.members TO steward_anon",
        {("unknown", "grant", "SELECT (email) ON public.members TO steward_anon")},
    ),
    "function for everybody": (
        "GRANT EXECUTE ON FUNCTION public.schema_catalog() TO PUBLIC",
        {("unknown", "grant", "EXECUTE ON FUNCTION public.schema_catalog() TO PUBLIC")},
    ),
    "unknown table": (
        "CREATE TABLE public.by_hand (id serial PRIMARY KEY, x int UNIQUE);"
        "GRANT SELECT ON public.by_hand TO steward_anon",
        {("unknown", "table", "public.by_hand")},
    ),
    "dropped table": (
        "DROP TABLE public.query_texts",
        {("missing", "table", "public.query_texts")},
    ),
    "constraint that old rows may break": (
        "ALTER TABLE public.ops_run DROP CONSTRAINT failed_run_says_why;"
        "ALTER TABLE public.ops_run ADD CONSTRAINT failed_run_says_why"
        " CHECK (status <> 'failed' OR NOT error = '') NOT VALID",
        {("drifted", "constraint", "public.ops_run: failed_run_says_why")},
    ),
    "view that is empty": (
        "REFRESH MATERIALIZED VIEW public.category_statistics WITH NO DATA",
        {("drifted", "materialized view", "public.category_statistics")},
    ),
    "view that is another": (
        "ALTER VIEW public.v_archiver SET (security_barrier = true)",
        {("drifted", "view", "public.v_archiver")},
    ),
    "type by hand": (
        "CREATE TYPE public.by_hand AS ENUM ('a')",
        {("unknown", "type", "public.by_hand")},
    ),
    "type with another field": (
        "ALTER TYPE public.statement_cost ADD ATTRIBUTE by_hand int",
        {("drifted", "type", "public.statement_cost")},
    ),
    "aggregate by hand": (
        "CREATE AGGREGATE public.by_hand (int) (sfunc = int4pl, stype = int)",
        {("unknown", "function", "public.by_hand(integer)")},
    ),
    "sequence in larger steps": (
        "ALTER SEQUENCE public.history_event_ids INCREMENT BY 10",
        {("drifted", "sequence", "public.history_event_ids")},
    ),
    "rule that swallows rows": (
        "CREATE RULE gone AS ON INSERT TO public.query_texts DO INSTEAD NOTHING",
        {("unknown", "rule", "public.query_texts: gone")},
    ),
    "schema by hand": (
        "CREATE SCHEMA by_hand CREATE TABLE t (x int)",
        {("unknown", "schema", "by_hand")},
    ),
    "migration that did not run": (
        "DELETE FROM public.django_migrations WHERE app = 'ops' AND name = '0001_functions'",
        {("missing", "migration", "ops.0001_functions")},
    ),
}


OF_ALL_KINDS = (
    "dropped index",
    "disabled trigger",
    "dropped policy",
    "unknown table",
    "dropped table",
)


@pytest.mark.parametrize("change", CHANGES)
def test_change_by_hand_is_found(before: list[SchemaObject], change: str) -> None:
    statement, expected = CHANGES[change]

    execute(statement)

    assert found(before) == expected


def test_sql_says_the_same(before: list[SchemaObject]) -> None:
    keep("of this test", before)
    execute(*(CHANGES[change][0] for change in OF_ALL_KINDS))

    with connection.cursor() as cursor:
        cursor.execute("SELECT status, component, object_name FROM public.verify_migrations()")
        said = cursor.fetchall()

    assert {each for each in said if each[0] != OK} == found(before)
    assert len([each for each in said if each[0] == OK]) > 2_000
    # What needs somebody stands first.
    assert said[0][0] != OK
    assert said[-1][0] == OK


def test_sql_asks_for_an_expectation(db: None) -> None:
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="Nobody knows yet"):
        cursor.execute("SELECT * FROM public.verify_migrations()")


def test_difference_shows_both(before: list[SchemaObject]) -> None:
    execute("ALTER TABLE public.members ALTER COLUMN display_name DROP NOT NULL")

    [drifted] = [each for each in compare(before, read_own_catalog()) if each.state != OK]

    assert drifted.difference == "-text NOT NULL\n+text"


# --- Partitions ----------------------------------------------------------------------------------
@pytest.mark.parametrize("table", sorted(declared(PartitionedTable)))
def test_partition_of_another_time_is_no_drift(before: list[SchemaObject], table: str) -> None:
    period = declared(PartitionedTable)[table].period
    execute(f"SELECT public.create_partition('public.{table}', '{period}', '2031-05-01')")

    assert found(before) == set()


def partition_of(table: str) -> str:
    """Its newest one's name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = %s::regclass",
            [table],
        )
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE public.{} ENABLE ROW LEVEL SECURITY",
        "GRANT SELECT ON public.{} TO steward_anon",
        "ALTER TABLE public.{} DISABLE TRIGGER USER",
        "ALTER TABLE public.{0} DROP CONSTRAINT {0}_bounds",
        "CREATE INDEX ON public.{} (created_at)",
        "ALTER TABLE public.{} ALTER COLUMN action SET DEFAULT 'x'",
        "ALTER TABLE public.{0} RENAME TO audit_logs_1999_01",
    ],
)
def test_partition_unlike_its_table_is_drift(before: list[SchemaObject], statement: str) -> None:
    name = partition_of("audit_logs")
    execute(statement.format(name))

    [(state, kind, of)] = found(before)

    assert (state, kind) == ("drifted", "partition")
    assert of in (f"public.{name}", "public.audit_logs_1999_01")


def test_every_partition_gone_is_missing(before: list[SchemaObject]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(inhrelid::regclass::text, ', ') FROM pg_inherits"
            " WHERE inhparent = 'performance_snapshots'::regclass"
        )
        execute(f"DROP TABLE {cursor.fetchone()[0]}")

    assert found(before) == {("missing", "partition", "public.performance_snapshots")}


# --- Roles ---------------------------------------------------------------------------------------
def test_roles_are_as_declared(before: list[SchemaObject]) -> None:
    standing = {each.name: each.definition for each in read_own_catalog() if each.kind == "role"}

    assert standing == ROLES
