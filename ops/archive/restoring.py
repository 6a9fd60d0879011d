"""An archived partition back into its table: the held rows themselves, or from the files."""

from __future__ import annotations

from typing import Any

from psycopg import Connection, errors, sql

from ops.archive import catalog, manifest, parquet
from ops.archive.archiving import (
    LOCK_TIMEOUT,
    Progress,
    bounds_of,
    detach_once,
    folder_of,
    freeze,
)
from ops.archive.catalog import HOLD_SCHEMA, ArchiveError, Column, qualified
from ops.archive.states import advance
from ops.models import PartitionArchive
from ops.models.archive import ArchiveState


def restore_partition(conn: Connection[Any], archive: PartitionArchive, progress: Progress) -> str:
    """Bring it back and attach it; doing it twice does nothing. Raises ArchiveError."""
    if archive.state == ArchiveState.RESTORED:
        return f"{archive.partition_name} is back already."
    if archive.state == ArchiveState.DETACHING:
        return give_up(conn, archive, progress)
    if archive.state == ArchiveState.CANCELLED:
        return f"{archive.partition_name} was never taken out."
    refuse_overlap(conn, archive)
    if archive.state == ArchiveState.DROPPED:
        load(conn, archive, progress)
    else:
        compare_held(conn, archive)
    erased = attach(conn, archive)
    text = f"{archive.row_count or 0:,} rows of {archive.partition_name} are back."
    if erased:
        text += f" {erased:,} of them, of erased members, deleted or blanked."
    return text


def give_up(conn: Connection[Any], archive: PartitionArchive, progress: Progress) -> str:
    """An archive that never got past the detach: attach again what is half detached."""
    found = catalog.partition_of(conn, archive.table_name, archive.partition_name)
    if found and not found.is_detaching:
        with conn.transaction():
            advance(conn, archive, "detaching", "cancelled")
        return f"{archive.partition_name} stays where it is."
    if found:
        detach_once(conn, archive.table_name, found)
    freeze(conn, archive)
    return restore_partition(conn, archive, progress)


def refuse_overlap(conn: Connection[Any], archive: PartitionArchive) -> None:
    wanted = bounds_of(archive)
    for row in catalog.partitions_of(conn, archive.table_name):
        if row.bounds.lower < wanted.upper and wanted.lower < row.bounds.upper:
            raise ArchiveError(
                f"{row.name} covers the same time as {archive.partition_name}: move its rows"
                " elsewhere first."
            )


def compare_held(conn: Connection[Any], archive: PartitionArchive) -> None:
    """The held rows must be those that were exported, if they were."""
    described = archive.manifest
    columns = catalog.columns_of(conn, HOLD_SCHEMA, archive.partition_name)
    refuse_other_columns(conn, archive, columns)
    if described:
        table = qualified(HOLD_SCHEMA, archive.partition_name)
        if catalog.fingerprint(conn, table, columns) != manifest.fingerprint_of(described):
            raise ArchiveError(
                f"The held rows of {archive.partition_name} are not those that were exported:"
                f" compare {HOLD_SCHEMA}.{archive.partition_name} with the files by hand."
            )


def refuse_other_columns(
    conn: Connection[Any], archive: PartitionArchive, columns: list[Column]
) -> None:
    today = {c.name: c for c in catalog.columns_of(conn, "public", archive.table_name)}
    then = {c.name: c for c in columns}
    differences = [
        *(f"{name} was added since" for name in today.keys() - then.keys()),
        *(f"{name} is gone since" for name in then.keys() - today.keys()),
        *(
            f"{name} was {then[name].type} and is {today[name].type}"
            for name in then.keys() & today.keys()
            if (then[name].type, then[name].generated) != (today[name].type, today[name].generated)
        ),
    ]
    if differences:
        raise ArchiveError(
            f"{archive.table_name} has other columns than the archive of"
            f" {archive.partition_name}: {'; '.join(sorted(differences))}."
        )


def load(conn: Connection[Any], archive: PartitionArchive, progress: Progress) -> None:
    """Build the table anew from the file, in the hold, and compare it with the manifest."""
    described = archive.manifest or {}
    columns = manifest.columns_of(described)
    refuse_other_columns(conn, archive, columns)
    path = manifest.data_file(described, folder_of(archive))
    table = qualified(HOLD_SCHEMA, archive.partition_name)
    conn.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
    with parquet.arrow_connection() as cursor:
        cursor.execute(
            sql.SQL(
                "CREATE TABLE {} (LIKE {} INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY"
                " EXCLUDING CONSTRAINTS)"
            )
            .format(table, qualified("public", archive.table_name))
            .as_string()
        )
        parquet.read_parquet(
            cursor=cursor,
            path=path,
            table=table,
            columns=columns,
            progress=lambda done: progress(done, described["rows"], "Loading the file"),
        )
        cursor.execute(catalog.fingerprint_query(table, columns).as_string())
        if catalog.Fingerprint(*cursor.fetchone()) != manifest.fingerprint_of(described):
            raise ArchiveError("The loaded rows are not those of the manifest: nothing was kept.")
        progress(described["rows"], described["rows"], "Building the indexes")
        finish_table(
            cursor, table, described, catalog.checks_of(conn, "public", archive.table_name)
        )
        cursor.execute("COMMIT")


def finish_table(
    cursor: Any, table: sql.Composed, described: dict[str, Any], of_parent: dict[str, str]
) -> None:
    """Primary key before ATTACH, or ATTACH would build a second one; checks spare it a scan. Those
    of the parent follow with it.
    """
    cursor.execute(
        sql.SQL("ALTER TABLE {} ADD {}")
        .format(table, sql.SQL(described["primary_key"]))
        .as_string()
    )
    for name, definition in described["checks"].items():
        if name in of_parent:
            continue
        cursor.execute(
            sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
            .format(table, sql.Identifier(name), sql.SQL(definition))
            .as_string()
        )
    if described["options"]:
        options = sql.SQL(", ").join(sql.SQL(option) for option in described["options"])
        cursor.execute(sql.SQL("ALTER TABLE {} SET ({})").format(table, options).as_string())


def attach(conn: Connection[Any], archive: PartitionArchive) -> int:
    """Back to public, writable, attached, and known as restored: in one transaction.

    Members who were erased are erased from it before; returns how many rows told of them.
    """
    held = qualified(HOLD_SCHEMA, archive.partition_name)
    back = qualified("public", archive.partition_name)
    bounds = bounds_of(archive)
    with conn.transaction():
        conn.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        conn.execute(sql.SQL("DROP TRIGGER IF EXISTS steward_frozen ON {}").format(held))
        erased = conn.execute(
            "SELECT public.erase_again(%s, %s::regclass)", [archive.table_name, held.as_string()]
        ).fetchone()
        take_rules(conn, archive)
        conn.execute(sql.SQL("ALTER TABLE {} SET SCHEMA public").format(held))
        conn.execute(
            "SELECT public.copy_own_indexes(%s::regclass, %s::regclass)",
            [f'public."{archive.table_name}"', back.as_string()],
        )
        conn.execute(
            sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
                qualified("public", archive.table_name),
                back,
                sql.Literal(str(bounds.lower)),
                sql.Literal(str(bounds.upper)),
            )
        )
        drop_detach_check(conn, archive.partition_name)
        advance(conn, archive, archive.state, "restored")
    return erased[0] if erased else 0


def take_rules(conn: Connection[Any], archive: PartitionArchive) -> None:
    """The CHECKs of the table as they are today, without which ATTACH fails."""
    table, partition = archive.table_name, archive.partition_name
    own = catalog.checks_of(conn, HOLD_SCHEMA, partition)
    rules = catalog.checks_of(conn, "public", table)
    rules = {name: text.removesuffix(" NOT VALID") for name, text in rules.items()}
    missing = {name: text for name, text in rules.items() if own.get(name) != text}
    if not missing:
        return
    changes = [
        *(sql.SQL("DROP CONSTRAINT {}").format(sql.Identifier(n)) for n in missing if n in own),
        *(
            sql.SQL("ADD CONSTRAINT {} {}").format(sql.Identifier(name), sql.SQL(text))
            for name, text in missing.items()
        ),
    ]
    held = qualified(HOLD_SCHEMA, partition)
    try:
        conn.execute(sql.SQL("ALTER TABLE {} {}").format(held, sql.SQL(", ").join(changes)))
    except errors.CheckViolation as error:
        name = error.diag.constraint_name or ""
        raise ArchiveError(
            f"Rows of {partition} break the rule {name} of {table}, made or changed since:"
            f" {rules.get(name)}. To have them back, take the rule off (ALTER TABLE public.{table}"
            f" DROP CONSTRAINT {name}), restore, mend the rows, and add the rule again."
        ) from error


def drop_detach_check(conn: Connection[Any], partition: str) -> None:
    """DETACH CONCURRENTLY leaves the bounds behind as a CHECK; attached, it only costs time."""
    left = conn.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %(table)s::regclass AND contype = 'c'"
        " AND pg_get_constraintdef(oid) = format("
        "   'CHECK (%%s)', pg_get_partition_constraintdef(%(table)s::regclass))",
        {"table": f'public."{partition}"'},
    ).fetchall()
    for (name,) in left:
        conn.execute(
            sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                qualified("public", partition), sql.Identifier(name)
            )
        )
