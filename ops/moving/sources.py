"""Which tables of the database have the shape of a flat table, and what stands in the way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection

from ops.registry import FlatShape, PartitionedTable
from ops.work import Refused

KEYS = ("uuid", "bigint", "integer", "smallint")
TEXTS = ("text", "character varying", "character", "citext", "enum")
NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
KINDS = {
    "uuid": ("uuid",),
    "text": TEXTS,
    "numeric": NUMBERS,
    "boolean": ("boolean",),
    "timestamptz": ("timestamp with time zone",),
}
TABLES = """
    SELECT c.oid::bigint, n.nspname, c.relname, NULLIF(c.reltuples, -1)::bigint,
        pg_catalog.pg_total_relation_size(c.oid),
        pg_catalog.pg_get_userbyid(c.relowner),
        pg_catalog.pg_has_role(c.relowner, 'USAGE'),
        pg_catalog.row_security_active(c.oid),
        EXISTS (SELECT FROM pg_catalog.pg_inherits AS i WHERE c.oid IN (i.inhparent, i.inhrelid)),
        COALESCE((
            SELECT pg_catalog.array_agg(a.attname::text) FROM pg_catalog.pg_index AS x
            JOIN pg_catalog.pg_attribute AS a
                ON a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey)
            WHERE x.indrelid = c.oid AND x.indisprimary
        ), '{}'),
        a.columns
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL (
        SELECT pg_catalog.jsonb_object_agg(
            a.attname,
            CASE t.typtype WHEN 'e' THEN 'enum' ELSE pg_catalog.format_type(t.oid, NULL) END
        ) AS columns
        FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ) AS a
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND NOT c.relispartition
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'steward_archive')
        AND n.nspname NOT LIKE 'pg\\_%%'
        AND (SELECT count(*) FROM pg_catalog.jsonb_object_keys(a.columns) AS k
            WHERE k = ANY (%(required)s::text[])) * 2 > pg_catalog.cardinality(%(required)s::text[])
    ORDER BY n.nspname, c.relname
"""


@dataclass(frozen=True)
class Source:
    """`rows` is the planner's estimate, if there is one; `obstacles` are sentences, none of which
    may stand."""

    oid: int
    schema: str
    table: str
    rows: int | None
    bytes: int
    columns: dict[str, str]
    obstacles: tuple[str, ...]
    # Columns that it has and that do not come, and those that it lacks.
    left: tuple[str, ...]
    lacking: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.schema}.{self.table}"

    def total(self, done: int) -> int | None:
        """For a progress of so many."""
        return None if self.rows is None else max(self.rows, done)

    @property
    def key_type(self) -> str:
        return self.columns["id"]

    @property
    def fits(self) -> bool:
        return not self.obstacles


def shape_of(table: PartitionedTable) -> FlatShape:
    """Raises Refused where the app declares none."""
    if table.flat is None:
        raise Refused(f"No flat table can be moved into {table.name}: its app declares no shape.")
    return table.flat


def sources_of(table: PartitionedTable) -> list[Source]:
    """Tables that have more than half of the columns that they must have."""
    shape = shape_of(table)
    required = ["id", "created_at", *(each.name for each in shape.columns if each.required)]
    own = {model._meta.db_table.strip('"') for model in apps.get_models()}
    with connection.cursor() as cursor:
        cursor.execute(TABLES, {"required": required})
        found = [source_of(shape, row) for row in cursor.fetchall()]
    return [each for each in found if each.schema != "public" or each.table not in own]


def source_named(table: PartitionedTable, name: str) -> Source:
    """Without a name, the only one that fits. Raises Refused with what stands in the way."""
    known = sources_of(table)
    wanted = name if "." in name else f"public.{name}"
    found = [each for each in known if (each.name == wanted if name else each.fits)]
    if name and not found:
        raise Refused(f"There is no table {wanted} with the columns that {table.name} needs.")
    if len(found) != 1:
        names = ", ".join(each.name for each in found) or "there is none"
        raise Refused(f"Name the table whose rows are to be moved: {names}.")
    if found[0].obstacles:
        raise Refused(f"{found[0].name} cannot be moved. {' '.join(found[0].obstacles)}")
    return found[0]


def source_of(shape: FlatShape, row: tuple[Any, ...]) -> Source:
    oid, schema, table, rows, size, owner, is_ours, is_filtered, is_part, key, described = row
    # Django leaves JSON to its fields.
    columns = json.loads(described)
    kinds = {"created_at": "timestamptz", **{each.name: each.kind for each in shape.columns}}
    optional = {each.name for each in shape.columns if not each.required}
    obstacles = [
        *column_obstacles(kinds, optional, columns, key),
        *access_obstacles(f"{schema}.{table}", owner, is_ours, is_filtered, is_part),
    ]
    return Source(
        oid=oid,
        schema=schema,
        table=table,
        rows=rows,
        bytes=size,
        columns=columns,
        obstacles=tuple(obstacles),
        left=tuple(sorted(set(columns) - set(kinds) - {"id"})),
        lacking=tuple(name for name in kinds if name in optional and name not in columns),
    )


def column_obstacles(
    kinds: dict[str, str], optional: set[str], columns: dict[str, str], key: list[str]
) -> list[str]:
    found = []
    if key != ["id"]:
        found.append("Its primary key must be the column id.")
    elif columns["id"] not in KEYS:
        found.append(f"id is {columns['id']}, not uuid or a whole number.")
    for name, kind in kinds.items():
        if name not in columns:
            if name not in optional:
                found.append(f"{name} is missing.")
        elif columns[name] not in KINDS[kind]:
            found.append(f"{name} is {columns[name]}, not {KINDS[kind][0]}.")
    return found


def access_obstacles(
    name: str, owner: str, is_ours: bool, is_filtered: bool, is_part: bool
) -> list[str]:
    found = []
    if not is_ours:
        found.append(
            f"It belongs to {owner}, and only its owner may watch it: ALTER TABLE {name} OWNER TO"
            " steward_owner."
        )
    if is_filtered:
        found.append("Row-level security hides rows of it: ALTER TABLE … NO FORCE ROW SECURITY.")
    if is_part:
        found.append("It inherits, or is inherited from.")
    return found
