"""Working as one of the SQL roles of clients."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from psycopg import sql

ANON, MEMBER = "steward_anon", "steward_member"


def ask(role: str, member: object, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of a query (or how many a write changed) as this role, for the member with this id.

    What it writes stays; an error leaves nothing, the role neither.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.current_user_id', %s, true)", [str(member or "")])
        cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
        cursor.execute(query, values)
        rows = cursor.fetchall() if cursor.description else [(cursor.rowcount,)]
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT set_config('app.current_user_id', '', true)")
    return rows
