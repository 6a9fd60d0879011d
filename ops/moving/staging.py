"""A batch of a flat table in `flat_rows`: read, judged, compared. Reads the source, writes nothing.

Names of tables and columns are the catalog's and the declarations'; values are parameters.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils.module_loading import import_string
from psycopg import sql

from ops.moving.sources import Source
from ops.registry import FlatShape, PartitionedTable

# What one row tells a person, at most.
SHOWN = 200
PLANNER = """
    SET LOCAL jit = off;
    SET LOCAL enable_hashjoin = off;
    SET LOCAL enable_mergejoin = off
"""
JUDGE = """
    UPDATE flat_rows AS f SET problem = CASE
        WHEN f.created_at IS NULL THEN 'It has no date.'
        WHEN f.id IS NULL THEN 'Its date is before 1970 or after 2999.'
        WHEN f.created_at > now() + interval '1 day' THEN 'Its date is in the future.'
        ELSE 'It is there already, as it was changed since, or from another move.'
    END
    WHERE f.id IS NULL OR f.created_at > now() + interval '1 day'
        OR EXISTS (SELECT FROM {target} AS t WHERE t.id = f.id)
"""
# By hash; what is found by it is looked up, unless nothing was written.
SEEN = """
    CREATE TEMPORARY TABLE flat_seen AS
    SELECT DISTINCT {hash} AS once FROM {target} AS t WHERE {known}
"""
TWICE = """
    WITH keyed AS MATERIALIZED (
        SELECT f.ctid AS place, {hash} AS once, pg_catalog.row_number() OVER (
            PARTITION BY {columns} ORDER BY f.created_at, f.source_key
        ) AS time
        FROM flat_rows AS f WHERE f.problem IS NULL AND {known}
    )
    UPDATE flat_rows AS f SET problem = %s
    FROM keyed AS k
    WHERE k.place = f.ctid AND (k.time > 1 OR (
        EXISTS (SELECT FROM flat_seen AS s WHERE s.once = k.once) AND {really}
    ))
"""
REALLY = "EXISTS (SELECT FROM {target} AS t WHERE {alike} AND t.id <> f.id)"
SEEN_NOW = """
    INSERT INTO pg_temp.flat_seen
    SELECT {hash} FROM flat_rows AS f WHERE f.problem IS NULL AND {known}
    ON CONFLICT DO NOTHING
"""
MONTHS = """
    SELECT pg_catalog.date_trunc(%s, f.created_at, 'UTC')::date, count(*)
    FROM flat_rows AS f WHERE f.problem IS NULL GROUP BY 1 ORDER BY 1
"""
HASH = "pg_catalog.hash_record_extended(ROW({values}), 0)"


def run(statement: sql.Composable | str, values: Any = None) -> list[tuple[Any, ...]]:
    """As text: the history wraps the statements of a run, and reads them."""
    text = statement if isinstance(statement, str) else statement.as_string()
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall()) if cursor.description else []


def count_of(statement: sql.Composable | str, values: Any = None) -> int:
    """The rows that it wrote."""
    text = statement if isinstance(statement, str) else statement.as_string()
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.rowcount


def target_of(table: PartitionedTable) -> sql.Identifier:
    return sql.Identifier("public", table.name)


def normalized(shape: FlatShape, source: Source) -> sql.Composed:
    """SELECT … FROM the source AS s, with the columns that `flat_rows` begins with."""
    columns = [
        sql.SQL("{}::{} AS {}").format(
            sql.Identifier("s", each.name) if each.name in source.columns else sql.SQL("NULL"),
            sql.SQL(each.kind),
            sql.Identifier(each.name),
        )
        for each in shape.columns
    ]
    return sql.SQL(
        "SELECT s.id::text AS source_key,"
        " public.moved_key(s.created_at, {seed} || s.id::text) AS id, s.created_at, {columns}"
        " FROM {source} AS s"
    ).format(
        seed=sql.Literal(f"{source.name}:"),
        columns=sql.SQL(", ").join(columns),
        source=sql.Identifier(source.schema, source.table),
    )


def make_staging(shape: FlatShape) -> None:
    """The temporary table, empty at the begin of each transaction."""
    columns = [
        *(f'"{each.name}" {each.kind}' for each in shape.columns),
        *(f'"{name}" {kind}' for name, kind in shape.found.items()),
    ]
    run("DROP TABLE IF EXISTS pg_temp.flat_rows")
    run(
        "CREATE TEMPORARY TABLE flat_rows (source_key text NOT NULL, id uuid, created_at"
        f" timestamptz, {', '.join(columns)}, problem text) ON COMMIT DELETE ROWS"
    )


def make_seen(table: PartitionedTable, shape: FlatShape) -> None:
    """What is there already, which a look into each partition for each row would be slow to say."""
    run("DROP TABLE IF EXISTS pg_temp.flat_seen")
    there = once_of(shape, "t", shape.once.values())
    run(sql.SQL(SEEN).format(target=target_of(table), **there))
    run("ALTER TABLE pg_temp.flat_seen ADD PRIMARY KEY (once)")
    run("ANALYZE pg_temp.flat_seen")


def once_of(shape: FlatShape, alias: str, names: Iterable[str]) -> dict[str, sql.Composed]:
    columns = [sql.Identifier(alias, name) for name in names]
    return {
        "columns": sql.SQL(", ").join(columns),
        "hash": sql.SQL(HASH).format(values=sql.SQL(", ").join(columns)),
        "known": sql.SQL(" AND ").join(
            sql.SQL("{} IS NOT NULL").format(column) for column in columns
        ),
    }


def stage(shape: FlatShape, source: Source, which: sql.Composable, values: Any) -> int:
    """The source's rows that `which` (WHERE … of `s`) chooses; how many."""
    names = ["source_key", "id", "created_at", *(each.name for each in shape.columns)]
    statement = sql.SQL("INSERT INTO pg_temp.flat_rows ({}) {} {}").format(
        sql.SQL(", ").join(map(sql.Identifier, names)), normalized(shape, source), which
    )
    rows = count_of(statement, values)
    run("ANALYZE pg_temp.flat_rows")
    return rows


def after(source: Source) -> sql.Composed:
    """The batch that follows the watermark: `%(after)s`, `%(limit)s`."""
    return sql.SQL(
        "WHERE %(after)s::text IS NULL OR s.id > %(after)s::{} ORDER BY s.id LIMIT %(limit)s"
    ).format(sql.SQL(source.key_type))


def last_key(source: Source) -> str:
    """Of the staged rows; there are some."""
    statement = sql.SQL("SELECT source_key FROM flat_rows ORDER BY source_key::{} DESC LIMIT 1")
    return str(run(statement.format(sql.SQL(source.key_type)))[0][0])


def judge(table: PartitionedTable, shape: FlatShape, *, writes: bool) -> None:
    """Into `problem` of the staged rows, why they cannot come."""
    run(PLANNER)
    run(sql.SQL(JUDGE).format(target=target_of(table)))
    call(shape.judge)
    alike = sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier("t", there), sql.Identifier("f", here))
        for here, there in shape.once.items()
    )
    really = sql.SQL(REALLY).format(target=target_of(table), alike=alike)
    here = once_of(shape, "f", shape.once)
    statement = sql.SQL(TWICE).format(really=really if writes else sql.SQL("true"), **here)
    run(statement, [shape.twice])
    run(sql.SQL(SEEN_NOW).format(**here))


def call(path: str) -> None:
    with connection.cursor() as cursor:
        import_string(path)(cursor)


def months(table: PartitionedTable) -> list[tuple[Any, int]]:
    """(first day, rows) of the staged rows that can come."""
    return [(day, rows) for day, rows in run(MONTHS, [table.period])]


def proved(shape: FlatShape) -> list[str]:
    """The columns that the fingerprint reads, in one order for both sides."""
    return [
        "id",
        *(
            name
            for name, text in shape.becomes.items()
            if text.removeprefix("f.") not in shape.found
        ),
    ]


def hash_of_flat(shape: FlatShape) -> sql.Composed:
    """Of the row that `flat_rows AS f` becomes."""
    texts = ["f.id", *(shape.becomes[name] for name in proved(shape)[1:])]
    return sql.SQL(HASH).format(values=sql.SQL(", ").join(map(sql.SQL, texts)))


def hash_of_target(shape: FlatShape, alias: str) -> sql.Composed:
    names = [sql.Identifier(alias, name) for name in proved(shape)]
    return sql.SQL(HASH).format(values=sql.SQL(", ").join(names))
