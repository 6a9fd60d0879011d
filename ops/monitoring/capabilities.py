"""What this connection may see of the server, and what to grant where it may not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ops.monitoring.reports import Row, fetch

QUERY = """
SELECT
    current_user::text AS role,
    pg_has_role(current_user, 'pg_monitor', 'USAGE') AS monitors,
    pg_has_role(current_user, 'pg_signal_backend', 'USAGE') AS signals,
    public.statements_schema() IS NOT NULL AS has_statements,
    public.statements_evicted() IS NOT NULL AS counts_statements,
    inet_server_addr() IS NULL OR inet_server_addr() << '127.0.0.0/8' AS is_here,
    coalesce(d.stats_reset, pg_postmaster_start_time()) AS counted_since,
    (SELECT json_object_agg(name, current_setting(name)) FROM unnest(%s::text[]) AS name)::text
        AS settings
FROM pg_stat_database AS d
WHERE d.datname = current_database()
"""


@dataclass(frozen=True)
class Standing:
    """`is_here`: the server runs on this machine (its socket or loopback). `counted_since` is when
    its counters of this database began. `settings` has those that were asked for, as it writes
    them."""

    missing: list[str]
    is_here: bool
    counted_since: datetime
    settings: Mapping[str, str]


def standing(settings: Sequence[str] = ()) -> Standing:
    """In one query."""
    [found] = fetch(QUERY, [list(settings)])
    return Standing(
        missing_of(found),
        found["is_here"],
        found["counted_since"],
        json.loads(found["settings"] or "{}"),
    )


def missing_of(found: Row) -> list[str]:
    """A sentence for each right or extension that is missing, with what mends it."""
    role = found["role"]
    said = []
    if not found["monitors"]:
        said.append(
            f"Queries and sessions of others are hidden from {role}: GRANT pg_monitor TO {role}"
        )
    if not found["signals"]:
        said.append(
            f"{role} cannot end the sessions of other roles: GRANT pg_signal_backend TO {role}"
        )
    if not found["has_statements"]:
        said.append("Queries are not counted: CREATE EXTENSION pg_stat_statements SCHEMA public")
    elif not found["counts_statements"]:
        said.append(
            "Queries are not counted: the server needs"
            " shared_preload_libraries = 'pg_stat_statements', and a restart"
        )
    return said
