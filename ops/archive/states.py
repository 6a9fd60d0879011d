"""The state of an archived partition, moved by compare-and-swap."""

from __future__ import annotations

from typing import Any

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from ops.archive.catalog import ArchiveError
from ops.models import PartitionArchive


def advance(
    conn: Connection[Any], archive: PartitionArchive, before: str, after: str, **fields: Any
) -> None:
    """Move from `before` to `after` in the caller's transaction. Raises when it is elsewhere."""
    values = {"state": after} | {
        name: Jsonb(value) if isinstance(value, dict) else value for name, value in fields.items()
    }
    pairs = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in values
    )
    moved = conn.execute(
        sql.SQL("UPDATE public.ops_archive SET {} WHERE id = %(pk)s AND state = %(before)s").format(
            pairs
        ),
        values | {"pk": archive.pk, "before": before},
    )
    if moved.rowcount != 1:
        raise ArchiveError(f"{archive.partition_name} is no longer {before}: somebody else acted.")
    archive.state = after
    for name, value in fields.items():
        setattr(archive, name, value)
