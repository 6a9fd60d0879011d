"""What of the house itself can be taken out as files."""

from __future__ import annotations

from ops.registry import Export, columns_of

EXPORTS = (
    Export(
        "runs",
        "Runs",
        "The run ledger: what was ordered, by whom, and how it ended. Who ordered it, and for what,"
        " is personal.",
        area="operations",
        permission="ops.view_run",
        source="public.ops_run AS r",
        columns=columns_of(
            "r",
            "id created_at operation target parameters requested_by_name schedule priority status"
            " attempts started_at finished_at result error",
        ),
        personal=frozenset({"requested_by_name", "target", "parameters", "result", "error"}),
        key="r.id",
        table="ops_run",
        made="r.id",
    ),
    Export(
        "action_log",
        "Action log",
        "What staff and the system did. Who, from which address, and the details are personal.",
        area="operations",
        permission="ops.view_auditentry",
        source="public.audit_logs AS l",
        columns=columns_of(
            "l", "id created_at actor_name action entity_type entity_id details address"
        ),
        personal=frozenset({"actor_name", "details", "address"}),
        key="l.id",
        table="audit_logs",
        made="l.id",
    ),
)
