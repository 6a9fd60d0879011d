"""Job entry points: ids in, one action."""

from __future__ import annotations

from uuid import UUID

from assessments import erasing
from ops.matviews import start_refreshes
from ops.registry import MaterializedView, declared
from ops.work import Result, Work


def erase_member(work: Work) -> Result:
    """The work of the operation `erase_member`; its target is the member's id."""
    counts = erasing.erase_member(member=UUID(work.target), run=work.run_id)
    views = [view.name for view in declared(MaterializedView).values() if {*view.reads} & {*counts}]
    start_refreshes(names=views, user=None)
    rows = sum(counts.values())
    return Result(
        f"{rows:,} row{'' if rows == 1 else 's'} deleted or blanked; the boards are being"
        " refreshed.",
        counts,
    )
