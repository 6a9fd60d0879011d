"""What this connection may see of the server, and what to grant where it may not."""

from __future__ import annotations

from ops.monitoring.reports import fetch

QUERY = """
SELECT
    current_user::text AS role,
    pg_has_role(current_user, 'pg_monitor', 'USAGE') AS monitors,
    pg_has_role(current_user, 'pg_signal_backend', 'USAGE') AS signals,
    public.statements_schema() IS NOT NULL AS has_statements,
    public.statements_evicted() IS NOT NULL AS counts_statements
"""


def missing() -> list[str]:
    """A sentence for each right or extension that is missing, with what mends it."""
    [found] = fetch(QUERY)
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
