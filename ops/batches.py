"""The steps of an imported file that its kind does not matter for; see ops.imported."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from ops.audit import record, recorded
from ops.imported import CONFIRMABLE, BatchStatus, ImportedFile
from ops.work import Refused


def waiting[B: ImportedFile](batch: B) -> B:
    """Locked, as it is now. Raises Refused unless it may be confirmed."""
    found: B = type(batch)._default_manager.select_for_update().get(pk=batch.pk)
    if found.status not in CONFIRMABLE:
        raise Refused(f"This import is {found.get_status_display().lower()} already.")
    return found


def refuse_unless_applied(batch: ImportedFile) -> None:
    if batch.status != BatchStatus.APPLIED:
        raise Refused(
            "This import was undone already."
            if batch.status == BatchStatus.UNDONE
            else "This import changed nothing, so there is nothing to undo."
        )


def mark_as_applied(batch: ImportedFile, **details: Any) -> None:
    batch.status, batch.file, batch.failure = BatchStatus.APPLIED, None, ""
    batch.applied_at = timezone.now()
    batch.save()
    log(batch, "import", **batch.counts, **details)


def mark_as_undone(batch: ImportedFile) -> None:
    batch.status, batch.undone_at = BatchStatus.UNDONE, timezone.now()
    batch.save(update_fields=["status", "undone_at"])


@transaction.atomic
def mark_as_failed(batch: ImportedFile, reason: str) -> None:
    waits = type(batch)._default_manager.filter(pk=batch.pk, status__in=CONFIRMABLE)
    if waits.update(status=BatchStatus.FAILED, failure=reason):
        log(batch, "fail_to_import", reason=reason)


@recorded("batch")
@transaction.atomic
def discard_import(*, batch: ImportedFile) -> None:
    """Let go of the file; the batch stays, as a line in the list. Raises Refused."""
    batch = waiting(batch)
    batch.status, batch.file = BatchStatus.DISCARDED, None
    batch.save(update_fields=["status", "file"])


def log(batch: ImportedFile, action: str, **details: Any) -> None:
    record(action=action, entity=batch, details={"label": batch.file_name, **details})
