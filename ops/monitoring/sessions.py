"""Sessions of the database: who waits for whom, and how to end one."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import DatabaseError, connection, transaction

from ops.audit import record
from ops.errors import reason_of
from ops.monitoring.reports import Row, fetch
from ops.work import Refused

# What is done → its SQL, and what is said then.
SIGNALS = {
    "cancel": ("SELECT pg_cancel_backend(%s)", "The query of process {} was cancelled."),
    "terminate": ("SELECT pg_terminate_backend(%s)", "The session of process {} was ended."),
}
GONE = "Process {} is gone, or is another session by now: nothing was done."

DETAILS = ("role", "application", "state", "query", "backend_start")
CHOSEN = """
    SELECT usename, application_name, state, left(query, 2000), backend_start
    FROM pg_stat_activity
    WHERE pid = %s AND backend_start = %s AND datname = current_database()
        AND pid <> pg_backend_pid()
"""
# Comments, quoted names and numbers stay; whatever else is a literal goes, to the end where the
# server cut it, which may be within an escape.
QUOTED = re.compile(
    r"""
    (?P<kept> /\*.*?(?:\*/|$) | --[^\n]* | "[^"]*"? )
    | \b[eE]'(?:[^'\\]|\\.?|'')*(?:'|$)
    | '(?:[^']|'')*(?:'|$)
    | (?P<dollars>\$\w*\$).*?(?:(?P=dollars)|$)
    """,
    re.DOTALL | re.VERBOSE,
)


def blockers() -> list[Row]:
    return [without_values(row) for row in fetch("SELECT * FROM public.v_lock_conflicts")]


def sessions() -> list[Row]:
    return [without_values(row) for row in fetch("SELECT * FROM public.v_active_connections")]


def without_values(row: Row) -> Row:
    """Values in a statement are keys of people's logins, their addresses, what they wrote."""
    return row | {"query": row["query"] and shape_of(row["query"])}


def shape_of(query: str) -> str:
    return QUOTED.sub(lambda found: found["kept"] or "'…'", query)


def signal_session(*, step: str, pid: int, backend_start: datetime) -> str:
    """Only the session that began at that moment: the operating system gives ids out again.

    Raises Refused if it is gone, or is not ours to end.
    """
    signal, said = SIGNALS[step]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(CHOSEN, [pid, backend_start])
            found = cursor.fetchone()
            if found is None:
                raise Refused(GONE.format(pid))
            record(
                action=f"{step}_session",
                entity_type="session",
                entity_id=pid,
                details=without_values(dict(zip(DETAILS, found, strict=True)))
                | {"label": f"Process {pid}"},
            )
            cursor.execute(signal, [pid])
            if cursor.fetchone() != (True,):
                raise Refused(GONE.format(pid))
    except DatabaseError as error:
        raise Refused(f"Nothing was done: {reason_of(error)}") from error
    return said.format(pid)
