"""Who was erased, kept beside the dumps: a dump from before an erasure holds the person still."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from ops.backups import files
from ops.models import ErasedMember
from ops.registry import Erasure, declared
from ops.work import Refused, Work

FILE = "erased_members.json"
RESTORED = "restore of a backup"


def keep_erasures(work: Work) -> str:
    """Work of the operation of this name: ids and no names. Who stands in the file stays there."""
    known = set(kept())
    found = {str(pk) for pk in ErasedMember.objects.values_list("pk", flat=True)}
    if found <= known:
        return "The file has them all."
    files.write_json(files.folder() / FILE, sorted(known | found))
    return f"{len(found - known):,} more are in {FILE}."


def kept() -> list[str]:
    """Raises Refused when the file cannot be read: it must not be lost."""
    path = files.folder() / FILE
    try:
        return [str(UUID(text)) for text in json.loads(path.read_text())] if path.exists() else []
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise Refused(f"{path} cannot be read: {error}. Mend it, or take it away.") from error


def erase_again(conn: Connection[Any], ids: list[str]) -> int:
    """In a restored database, which Django does not know; returns how many had come back."""
    rows = conn.execute("SELECT id::text FROM public.erased_members").fetchall()
    missing = sorted(set(ids) - {pk for (pk,) in rows})
    back = 0
    for pk in missing:
        with conn.transaction():
            back += erase(conn, pk)
            # One who came after the dump is kept out of what is restored later.
            conn.execute(
                "INSERT INTO public.erased_members (id, erased_by) VALUES (%s, %s)"
                " ON CONFLICT (id) DO NOTHING",
                [pk, RESTORED],
            )
    return back


def erase(conn: Connection[Any], pk: str) -> bool:
    """Whether there was somebody to erase."""
    found = False
    for each in declared(Erasure).values():
        known = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE id = %s)")
        row = conn.execute(known.format(sql.Identifier("public", each.table)), [pk]).fetchone()
        if row and row[0]:
            call = sql.SQL("SELECT {}(%s, %s)").format(sql.Identifier("public", each.function))
            conn.execute(call, [pk, RESTORED])
            found = True
    return found
