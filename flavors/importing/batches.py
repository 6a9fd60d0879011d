"""Imports as batches: previewed, applied in one transaction, discarded, taken back.

Safety: undo takes only descriptors that stand as the batch made them. Terms stay: they are words
of the lexicon, and others may use them by now.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from assessments.models import Member
from flavors.importing.reading import FileError, columns_of, notes_of, rows_of
from flavors.importing.staging import (
    ALIASES,
    DUPLICATES,
    ERRORS,
    NEW,
    listed,
    stage,
    write_staged,
)
from flavors.models import DescriptorImport
from flavors.models.choices import DescriptorType, SourceType
from ops.audit import record, recorded
from ops.errors import reason_of
from ops.imported import CONFIRMABLE, BatchStatus

type User = AbstractBaseUser | AnonymousUser | None

# Whose the notes are that a file brings without a member.
NOBODY_NAME, NOBODY_EMAIL = "Imported notes", "imported-notes@steward.invalid"
DEFAULTS: dict[str, Any] = {
    "text_column": "",
    "item_column": "",
    "separator": ",",
    "member": "",
    "source_type": SourceType.QUICK_REVIEW.value,
    "descriptor_type": DescriptorType.FLAVOR.value,
    "encoding": "utf-8",
    "account": "",
}
# Uses index: items_of_import, the primary key of each partition.
FORECAST = """
    SELECT count(*) FROM public.flavor_descriptors AS d, public.descriptor_import_items AS i
    WHERE i.batch_id = %s AND d.id = i.descriptor_id
        AND d.descriptor_text = i.descriptor_text AND d.descriptor_type = i.descriptor_type
"""
TAKE_BACK = """
    DELETE FROM public.flavor_descriptors AS d USING public.descriptor_import_items AS i
    WHERE i.batch_id = %s AND d.id = i.descriptor_id
        AND d.descriptor_text = i.descriptor_text AND d.descriptor_type = i.descriptor_type
"""


class Refused(Exception):
    """Nothing was changed; the text tells a person why."""


def import_file(
    *, file_name: str, data: bytes, dry_run: bool = False, user: User = None, **options: Any
) -> DescriptorImport:
    """In one transaction. Raises FileError; a dry run writes nothing at all."""
    options["member"] = member_with(options["member"]) if options.get("member") else ""
    batch = new_batch(file_name, options, user)
    with transaction.atomic():
        one_at_a_time()
        describe(batch, data)
        if not dry_run:
            batch.save()
            apply(batch)
    return batch


def store_import(*, file_name: str, data: bytes, user: User, **options: Any) -> DescriptorImport:
    """Keep the file, whose columns are chosen next. Raises FileError."""
    batch = new_batch(file_name, options, user)
    rows = rows_of(file_name, data, batch.options["encoding"])
    batch.report = {"rows": len(rows), "columns": columns_of(rows)}
    batch.file = data
    batch.save()
    return batch


@transaction.atomic
def choose_columns(*, batch: DescriptorImport, **options: Any) -> None:
    """For a preview that a worker makes. Raises Refused."""
    batch = waiting(batch)
    batch.options |= options
    batch.save(update_fields=["options"])


def preview_import(*, batch: DescriptorImport, **options: Any) -> DescriptorImport:
    """What it would do, with these columns. Raises Refused or FileError."""
    with transaction.atomic():
        batch = waiting(batch)
        batch.options |= options
        batch.status, batch.failure = BatchStatus.PREVIEW, ""
        describe(batch, bytes(batch.file or b""))
        batch.save()
        details = {"label": batch.file_name, **batch.counts}
        record(action="preview_import", entity=batch, details=details)
    return batch


def confirm_import(*, batch: DescriptorImport) -> DescriptorImport:
    """Raises Refused, FileError or DatabaseError: then nothing was imported, and the batch says
    why. Not so when it was stopped: then it waits as before."""
    try:
        with transaction.atomic():
            one_at_a_time()
            batch = waiting(batch)
            describe(batch, bytes(batch.file or b""))
            apply(batch)
            return batch
    except OperationalError:
        raise
    except (FileError, DatabaseError) as error:
        mark_as_failed(batch, reason_of(error))
        raise


@recorded("batch")
@transaction.atomic
def discard_import(*, batch: DescriptorImport) -> None:
    """Let go of the file; the batch stays, as a line in the list. Raises Refused."""
    batch = waiting(batch)
    batch.status, batch.file = BatchStatus.DISCARDED, None
    batch.save(update_fields=["status", "file"])


@recorded("batch")
@transaction.atomic
def undo_import(*, batch: DescriptorImport) -> dict[str, int]:
    """`{"undone": n, "kept": n}`. Raises Refused when it was not applied."""
    batch = DescriptorImport.objects.select_for_update().get(pk=batch.pk)
    made = refuse_unless_applied(batch)
    with connection.cursor() as cursor:
        cursor.execute(TAKE_BACK, [batch.pk])
        undone = cursor.rowcount
    batch.status, batch.undone_at = BatchStatus.UNDONE, timezone.now()
    batch.save(update_fields=["status", "undone_at"])
    return {"undone": undone, "kept": made - undone}


def undo_forecast(batch: DescriptorImport) -> dict[str, int]:
    """As undo_import would answer. Raises Refused."""
    made = refuse_unless_applied(batch)
    with connection.cursor() as cursor:
        cursor.execute(FORECAST, [batch.pk])
        (standing,) = cursor.fetchone()
    return {"undone": standing, "kept": made - standing}


# --- What they share -----------------------------------------------------------------------------
def new_batch(file_name: str, options: dict[str, Any], user: User) -> DescriptorImport:
    return DescriptorImport(
        file_name=file_name, options=DEFAULTS | options, created_by_id=user.pk if user else None
    )


def one_at_a_time() -> None:
    """Two imports of the same file at once would both write it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('flavors.import'))"
        )


def describe(batch: DescriptorImport, data: bytes) -> None:
    options = batch.options
    if not options.get("text_column"):
        raise FileError("Say which column holds the words.")
    rows = rows_of(batch.file_name, data, options["encoding"])
    notes = notes_of(
        rows,
        text_column=options["text_column"],
        item_column=options["item_column"],
        separator=options["separator"],
        owner=options["member"],
    )
    kinds = {name: options[name] for name in ("source_type", "descriptor_type")}
    batch.counts = {"rows": len(rows), **stage(notes, **kinds)}
    batch.errors = [
        {"line": line, "reason": f"“{text}”: {problem}"} for line, text, problem in listed(ERRORS)
    ]
    batch.report |= {
        "new": [{"text": text, "uses": uses, "line": line} for text, uses, line in listed(NEW)],
        "aliases": [
            {"text": text, "term": term, "uses": uses} for text, term, uses in listed(ALIASES)
        ],
        "duplicates": [{"line": line, "text": text} for line, text in listed(DUPLICATES)],
    }


def apply(batch: DescriptorImport) -> None:
    options = batch.options
    member = UUID(options["member"]) if options["member"] else nobody()
    kinds = {name: options[name] for name in ("source_type", "descriptor_type")}
    made = write_staged(batch=batch.pk, member=member, **kinds)
    batch.counts["descriptors"] = made
    batch.status, batch.file, batch.failure = BatchStatus.APPLIED, None, ""
    batch.applied_at = timezone.now()
    batch.save()
    details = {"label": batch.file_name, **batch.counts}
    record(action="import", entity=batch, details=details)


def member_with(email: str) -> str:
    """The key; the e-mail itself is not kept. Raises FileError."""
    found = Member.objects.filter(email__iexact=email).values_list("pk", flat=True).first()
    if found is None:
        raise FileError(f"There is no member with the e-mail {email}.")
    return str(found)


def nobody() -> UUID:
    given = {"id": uuid7(), "display_name": NOBODY_NAME}
    return Member.objects.get_or_create(email=NOBODY_EMAIL, defaults=given)[0].pk


def waiting(batch: DescriptorImport) -> DescriptorImport:
    batch = DescriptorImport.objects.select_for_update().get(pk=batch.pk)
    if batch.status not in CONFIRMABLE:
        raise Refused(f"This import is {batch.get_status_display().lower()} already.")
    return batch


def refuse_unless_applied(batch: DescriptorImport) -> int:
    """How many descriptors it made."""
    if batch.status != BatchStatus.APPLIED:
        raise Refused(
            "This import was undone already."
            if batch.status == BatchStatus.UNDONE
            else "This import changed nothing, so there is nothing to undo."
        )
    return batch.items.count()


@transaction.atomic
def mark_as_failed(batch: DescriptorImport, reason: str) -> None:
    waits = DescriptorImport.objects.filter(pk=batch.pk, status__in=CONFIRMABLE)
    if waits.update(status=BatchStatus.FAILED, failure=reason):
        details = {"label": batch.file_name, "reason": reason}
        record(action="fail_to_import", entity=batch, details=details)
