"""Imports as batches: previewed, applied in one transaction, discarded, taken back.

Safety: undo takes only descriptors that stand as the batch made them. Terms stay: they are words
of the lexicon, and others may use them by now.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import DatabaseError, OperationalError, connection, transaction
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
from ops.audit import recorded
from ops.batches import (
    log,
    mark_as_applied,
    mark_as_failed,
    mark_as_undone,
    refuse_unless_applied,
    waiting,
)
from ops.errors import reason_of
from ops.imported import BatchStatus

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
# A descriptor that stands as the batch made it. Old items do not know their row's item.
STANDING = """
    i.batch_id = %s AND d.id = i.descriptor_id
        AND d.descriptor_text = i.descriptor_text AND d.descriptor_type = i.descriptor_type
        AND (i.item_name IS NULL OR d.item_name = i.item_name)
        AND d.intensity IS NULL AND d.item_category = '' AND NOT d.ai_extracted
        AND d.confidence_score IS NULL
"""
# Uses index: items_of_import, the primary key of each partition.
FORECAST = f"""
    SELECT count(*) FROM public.flavor_descriptors AS d, public.descriptor_import_items AS i
    WHERE {STANDING}
"""  # noqa: S608  # a constant
TAKE_BACK = f"""
    DELETE FROM public.flavor_descriptors AS d USING public.descriptor_import_items AS i
    WHERE {STANDING}
"""  # noqa: S608  # a constant


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
        log(batch, "preview_import", **batch.counts)
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
def undo_import(*, batch: DescriptorImport) -> dict[str, int]:
    """`{"undone": n, "kept": n}`. Raises Refused when it was not applied."""
    batch = DescriptorImport.objects.select_for_update().get(pk=batch.pk)
    refuse_unless_applied(batch)
    made = batch.items.count()
    with connection.cursor() as cursor:
        cursor.execute(TAKE_BACK, [batch.pk])
        undone = cursor.rowcount
    mark_as_undone(batch)
    return {"undone": undone, "kept": made - undone}


def undo_forecast(batch: DescriptorImport) -> dict[str, int]:
    """As undo_import would answer. Raises Refused."""
    refuse_unless_applied(batch)
    made = batch.items.count()
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
    mark_as_applied(batch)


def member_with(email: str) -> str:
    """The key; the e-mail itself is not kept. Raises FileError."""
    found = Member.objects.filter(email__iexact=email).values_list("pk", flat=True).first()
    if found is None:
        raise FileError(f"There is no member with the e-mail {email}.")
    return str(found)


def nobody() -> UUID:
    given = {"id": uuid7(), "display_name": NOBODY_NAME}
    return Member.objects.get_or_create(email=NOBODY_EMAIL, defaults=given)[0].pk
