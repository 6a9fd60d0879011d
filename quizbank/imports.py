"""Large imports as runs, whose target is the key of the batch: each step is one transaction, so a
run that is cancelled or loses its worker leaves nothing, and can be done again."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import DatabaseError, OperationalError

from ops.errors import reason_of
from ops.runs import active_run, enqueue
from ops.work import Refused, Result, Work
from quizbank.actions import User
from quizbank.formats import FormatError
from quizbank.importing import confirm_import, read_stored, undo_import
from quizbank.models import ImportBatch
from quizbank.models.importing import BatchStatus

OPERATIONS = ("read_import", "confirm_import", "undo_import")


def order(operation: str, batch: ImportBatch, user: User, **parameters: bool) -> None:
    """Raises Refused while something else is done with the batch."""
    refuse_while_busy(batch)
    enqueue(operation=operation, target=str(batch.pk), parameters=parameters, user=user)


def refuse_while_busy(batch: ImportBatch) -> None:
    if any(active_run(operation=name, target=str(batch.pk)) for name in OPERATIONS):
        raise Refused("A worker is busy with this import: wait, or cancel its run.")


# --- Work ----------------------------------------------------------------------------------------
def read(work: Work) -> Result:
    try:
        batch = read_stored(batch=batch_of(work), tell=work.progress)
    except FormatError as error:
        raise Refused(reason_of(error)) from error
    return Result("Read: the preview is there.", batch.counts)


def confirm(work: Work) -> Result:
    batch = batch_of(work)
    user = get_user_model().objects.filter(pk=work.requested_by_id or 0).first()
    publish = work.parameters.get("publish") in (True, "yes", "true", "on")
    if publish and not (user and user.has_perm("quizbank.publish_question")):
        raise Refused("Publishing at once needs the right to publish.")
    if work.attempt > 1 and batch.status == BatchStatus.APPLIED:
        return Result("Imported by the try before.", batch.counts)
    try:
        batch = confirm_import(batch=batch, publish=publish, user=user, tell=work.progress)
    except OperationalError:
        raise
    except (FormatError, Refused, DatabaseError) as error:
        raise Refused(f"Nothing imported: {reason_of(error)}") from error
    if batch.status != BatchStatus.APPLIED:
        return Result("Nothing imported yet: the bank has changed since the preview. Look again.")
    counts = batch.counts
    return Result(f"{counts['created']:,} new, {counts['changed']:,} changed.", counts)


def undo(work: Work) -> Result:
    batch = batch_of(work)
    if work.attempt > 1 and batch.status == BatchStatus.UNDONE:
        return Result("Taken back by the try before.")
    counts = undo_import(batch=batch, tell=work.progress)
    return Result(f"{counts['undone']:,} taken back, {counts['kept']:,} kept.", counts)


def batch_of(work: Work) -> ImportBatch:
    """Without its file and lists, which the work reads under its lock."""
    try:
        key = UUID(work.target)
        return ImportBatch.objects.defer("file", "errors", "report").get(pk=key)
    except (ValueError, ImportBatch.DoesNotExist):
        raise Refused(f"There is no import {work.target or 'without a key'}.") from None
