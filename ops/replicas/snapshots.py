"""What a transaction sees, in words that the primary understands later."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

# A replica's own snapshot does not name what was in progress: with its lower bound alone, nothing
# that it did not see counts as seen, and some that it saw does not.
SNAPSHOT = """
    SELECT now(), CASE
        WHEN pg_is_in_recovery() THEN concat_ws(':', lowest, lowest, '')
        ELSE snapshot::text
    END
    FROM pg_current_snapshot() AS snapshot, pg_snapshot_xmin(snapshot) AS lowest
"""


def snapshot_of(conn: Connection[Any]) -> tuple[Any, str]:
    """When its transaction began, and its snapshot, for `pg_visible_in_snapshot`."""
    row = conn.execute(SNAPSHOT).fetchone()
    assert row is not None  # noqa: S101  # both functions give one row
    return row[0], str(row[1])
