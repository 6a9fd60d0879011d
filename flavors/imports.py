"""Large imports of descriptors as runs, whose target is the key of the batch.

Each step is one transaction: a run that is cancelled or loses its worker leaves nothing, and can be
done again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, OperationalError
from django.utils import timezone

from flavors import importing
from flavors.models import DescriptorImport
from ops.errors import reason_of
from ops.imported import CONFIRMABLE, BatchStatus
from ops.runs import active_run, enqueue
from ops.work import Refused, Result, Work

OPERATIONS = ("preview_descriptors", "import_descriptors", "undo_descriptors")
PREVIEW_LIFETIME = timedelta(days=7)


def order(operation: str, batch: DescriptorImport, user: Any) -> None:
    """Raises Refused while something else is done with the batch."""
    refuse_while_busy(batch)
    enqueue(operation=operation, target=str(batch.pk), user=user)


def refuse_while_busy(batch: DescriptorImport) -> None:
    if any(active_run(operation=name, target=str(batch.pk)) for name in OPERATIONS):
        raise Refused("A worker is busy with this import: wait, or cancel its run.")


# --- Work ----------------------------------------------------------------------------------------
def preview(work: Work) -> Result:
    batch = done(importing.preview_import, batch=batch_of(work))
    return Result("Read: the preview is there.", batch.counts)


def confirm(work: Work) -> Result:
    batch = batch_of(work)
    if work.attempt > 1 and batch.status == BatchStatus.APPLIED:
        return Result("Imported by the try before.", batch.counts)
    batch = done(importing.confirm_import, batch=batch)
    return Result(f"{batch.counts['descriptors']:,} descriptors imported.", batch.counts)


def undo(work: Work) -> Result:
    batch = batch_of(work)
    if work.attempt > 1 and batch.status == BatchStatus.UNDONE:
        return Result("Taken back by the try before.")
    counts = done(importing.undo_import, batch=batch)
    return Result(f"{counts['undone']:,} taken back, {counts['kept']:,} kept.", counts)


def discard_old_previews(work: Work) -> str:
    """Drop the files of previews, and of imports that failed, after a week without confirmation."""
    old = DescriptorImport.objects.filter(
        status__in=CONFIRMABLE, created_at__lt=timezone.now() - PREVIEW_LIFETIME
    )
    return f"{old.update(status=BatchStatus.DISCARDED, file=None):,} previews discarded."


def done[R](step: Callable[..., R], **given: Any) -> R:
    try:
        return step(**given)
    except OperationalError:
        raise
    except (importing.FileError, Refused, DatabaseError) as error:
        raise Refused(f"Nothing done: {reason_of(error)}") from error


def batch_of(work: Work) -> DescriptorImport:
    try:
        key = UUID(work.target)
        return DescriptorImport.objects.defer("file", "errors", "report").get(pk=key)
    except (ValueError, DescriptorImport.DoesNotExist):
        raise Refused(f"There is no import {work.target or 'without a key'}.") from None
