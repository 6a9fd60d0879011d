"""What people may order for a partition where it stands, what that will do, and its start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat

from ops.archive.standing import ON_ITS_WAY, PartitionFacts, Standing
from ops.models import Run
from ops.runs import enqueue
from ops.work import Refused

PERMISSION = "ops.change_partitionarchive"


@dataclass(frozen=True)
class Order:
    """`name` is the word in its address; `yes` stands on its button."""

    name: str
    operation: str
    yes: str


ARCHIVE = Order("archive", "archive_partition", "Archive")
RESUME = Order("resume", "archive_partition", "Resume the archive")
PUT_BACK = Order("put-back", "restore_partition", "Put back")
RESTORE = Order("restore", "restore_partition", "Restore")
VERIFY = Order("verify", "verify_archive", "Verify the files")
DROP = Order("drop", "drop_partition", "Drop the rows")
ORDERS = {order.name: order for order in (ARCHIVE, RESUME, PUT_BACK, RESTORE, VERIFY, DROP)}
ALLOWED = {
    Standing.ATTACHED: (ARCHIVE,),
    Standing.RESTORED: (ARCHIVE,),
    **dict.fromkeys(ON_ITS_WAY, (RESUME, PUT_BACK)),
    Standing.HELD: (VERIFY, RESTORE, DROP),
    Standing.DROPPED: (VERIFY, RESTORE),
}


def orders_for(facts: PartitionFacts) -> list[Order]:
    """None while a run works on it."""
    if facts.run is not None or facts.table is None:
        return []
    allowed = ALLOWED.get(facts.standing, ())
    # Somebody else's detach has no row in the archive to go back from.
    return [order for order in allowed if facts.archive or order is not PUT_BACK]


def needs_name(order: Order, facts: PartitionFacts) -> bool:
    """Earlier than declared: only for who types the partition's name."""
    if order is ARCHIVE:
        return not facts.is_due
    return order is DROP and not facts.is_hold_over


def consequences(order: Order, facts: PartitionFacts) -> list[str]:
    """What will happen, a sentence each."""
    size = filesizeformat(facts.relation.bytes or 0) if facts.relation else ""
    files = filesizeformat(facts.file_bytes or 0)
    days = settings.STEWARD_ARCHIVE_HOLD_DAYS
    hold = f"{days:,} day{'' if days == 1 else 's'}"
    return {
        ARCHIVE: [
            f"Its rows leave {facts.table_name} at once: screens and queries find them no more.",
            f"They are written to a Parquet file, for which up to {size} must be free, and the"
            " file is proved by reading it back.",
            f"Then they are held in the database for {hold}. Nothing is deleted; they can come"
            " back at any time.",
        ],
        RESUME: [
            "The archive goes on at the step where it stopped. No step that was done is repeated."
        ],
        PUT_BACK: [
            f"The rows return to {facts.table_name} as if nothing had been; files that were"
            " written stay beside."
        ],
        RESTORE: [
            f"The rows that are held return to {facts.table_name}, after they were compared with"
            " what was exported."
            if facts.standing == Standing.HELD
            else f"The rows are loaded from the file ({files}), compared with what was exported,"
            f" and attached to {facts.table_name}.",
            "The files stay.",
        ],
        VERIFY: [
            f"The file ({files}) is read back, and its rows are compared with those that were"
            " exported. Nothing is changed."
        ],
        DROP: [
            "The rows are compared with those that were exported once more, and deleted from the"
            f" database: {size} become free.",
            f"The file ({files}) stays, and the partition can be restored from it.",
        ],
    }[order]


def early_until(order: Order, facts: PartitionFacts) -> str:
    """Why the name is asked for."""
    if order is DROP and facts.held_until:
        return f"It is held until {facts.held_until:%Y-%m-%d %H:%M} UTC."
    if facts.kept_until is None:
        return f"{facts.table_name} keeps its partitions for ever."
    return f"{facts.table_name} keeps it until {facts.kept_until:%Y-%m-%d}."


def start_order(
    *, order: Order, facts: PartitionFacts, user: Any, typed: str = ""
) -> tuple[Run, bool]:
    """The run, and whether it is a new one. Raises Refused."""
    if facts.run is not None:
        return facts.run, False
    if order not in orders_for(facts):
        raise Refused(f"{facts.name} is {facts.standing.lower()} now: this cannot be done.")
    parameters = {}
    if needs_name(order, facts):
        if typed.strip() != facts.name:
            raise Refused(f"Nothing was started: type {facts.name} to confirm.")
        parameters["force"] = True
    return enqueue(operation=order.operation, target=facts.target, parameters=parameters, user=user)
