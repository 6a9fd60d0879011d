"""Imports as batches: previewed, applied in one transaction, discarded."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import DatabaseError, OperationalError, connection, transaction

from ops.batches import log, mark_as_applied, mark_as_failed, waiting
from ops.errors import reason_of
from quizbank.actions import User
from quizbank.formats import FormatError
from quizbank.importing.content import Content, as_keys
from quizbank.importing.copying import copy_rows, table_of
from quizbank.importing.create import create_questions
from quizbank.importing.likeness import EXAMINED, possible_duplicates
from quizbank.importing.plan import STEPS, Plan, Tell, plan_file, silent, without_collection
from quizbank.importing.write import (
    fresh_plans,
    publish_questions,
    versions_of,
    write_contents,
)
from quizbank.models import ImportBatch, ImportItem
from quizbank.models.importing import BatchStatus
from quizbank.models.question import label_of
from quizbank.rendering import one_line

# What a preview lists of each kind; the counts are of all.
LISTED = 200
OF_ITEM = (
    "batch_id",
    "question_id",
    "label",
    "action",
    "before",
    "differences",
    "version_before",
    "version_after",
    "note",
    "undo_result",
)


def import_file(
    *,
    file_name: str,
    data: bytes,
    format_name: str | None = None,
    exam: str | None = None,
    publish: bool = False,
    encoding: str = "utf-8",
    user: User = None,
    account: str = "",
    dry_run: bool = False,
) -> ImportBatch:
    """Import a file in one transaction. Raises FormatError; a dry run writes nothing at all."""
    options = {"exam": exam, "encoding": encoding, "format": format_name, "account": account}
    batch = new_batch(file_name, options, user)
    with transaction.atomic():
        one_at_a_time()
        plan = plan_of(batch, data, lock=not dry_run)
        describe(batch, plan)
        if not dry_run:
            batch.save()
            apply_plan(plan=plan, batch=batch, publish=publish, user=user)
    return batch


def store_import(
    *,
    file_name: str,
    data: bytes,
    exam: str | None = None,
    encoding: str = "utf-8",
    format_name: str | None = None,
    user: User,
) -> ImportBatch:
    """Keep the file, to be read later; see read_stored."""
    options = {"exam": exam, "encoding": encoding, "format": format_name}
    batch = new_batch(file_name, options, user)
    batch.file = data
    batch.save()
    return batch


def read_stored(*, batch: ImportBatch, tell: Tell = silent) -> ImportBatch:
    """The preview of a stored file. Raises Refused or FormatError; then the batch says why."""
    try:
        with transaction.atomic():
            batch = waiting(batch)
            batch.status, batch.failure = BatchStatus.PREVIEW, ""
            show_preview(batch, plan_of(batch, bytes(batch.file or b""), tell=tell))
            return batch
    except FormatError as error:
        mark_as_failed(batch, reason_of(error))
        raise


def preview_import(
    *,
    file_name: str,
    data: bytes,
    exam: str | None = None,
    encoding: str = "utf-8",
    format_name: str | None = None,
    user: User,
) -> ImportBatch:
    """Keep the file as a batch that waits for confirmation. Raises FormatError."""
    options = {"exam": exam, "encoding": encoding, "format": format_name}
    batch = new_batch(file_name, options, user)
    batch.file = data
    with transaction.atomic():
        show_preview(batch, plan_of(batch, data))
    return batch


def new_batch(file_name: str, options: dict[str, Any], user: User) -> ImportBatch:
    return ImportBatch(
        file_name=file_name, options=options, created_by_id=user.pk if user else None
    )


def plan_of(batch: ImportBatch, data: bytes, *, lock: bool = False, tell: Tell = silent) -> Plan:
    return plan_file(
        file_name=batch.file_name,
        data=data,
        format_name=batch.options.get("format"),
        exam=batch.options["exam"],
        encoding=batch.options["encoding"],
        lock=lock,
        tell=tell,
    )


def describe(batch: ImportBatch, plan: Plan) -> None:
    batch.format = plan.format
    batch.counts = plan.counts()
    batch.errors = [{"line": error.line, "reason": error.reason} for error in plan.errors]
    notes = [{"line": note.line, "reason": note.reason} for note in plan.notes]
    batch.report = {"missing": plan.missing, "makes": plan.places.labels(), "notes": notes}


def show_preview(batch: ImportBatch, plan: Plan) -> None:
    describe(batch, plan)
    batch.report |= {
        "new": [
            {
                "line": row.parsed.line,
                "number": row.parsed.external_id,
                "stem": one_line(row.wanted["stem"]),
            }
            for row in plan.new[:LISTED]
        ],
        "changed": [
            {
                "line": row.parsed.line,
                "question": str(row.held.pk),
                "label": str(row.held),
                "differences": row.differences(),
            }
            for row in plan.changed[:LISTED]
        ],
        "duplicates": possible_duplicates(plan),
        "examined": min(EXAMINED, len(plan.new)),
        "digest": plan.digest(),
    }
    batch.save()
    log(batch, "preview_import", **batch.counts)


def one_at_a_time() -> None:
    """Two imports at once could both make what neither finds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('quizbank.import'))"
        )


def confirm_import(
    *, batch: ImportBatch, publish: bool, user: User, tell: Tell = silent
) -> ImportBatch:
    """Do what the preview said; where the bank has changed since, show a fresh preview instead.

    Raises Refused, FormatError or DatabaseError: then nothing was imported, and the batch is
    marked as failed, with the reason. Not so when it was stopped, or lost its connection: then it
    waits as before.
    """
    try:
        with transaction.atomic():
            one_at_a_time()
            return confirm_locked(batch, publish, user, tell)
    except OperationalError:
        raise
    except (FormatError, DatabaseError) as error:
        mark_as_failed(batch, reason_of(error))
        raise


def confirm_locked(batch: ImportBatch, publish: bool, user: User, tell: Tell) -> ImportBatch:
    batch = waiting(batch)
    plan = plan_of(batch, bytes(batch.file or b""), lock=True, tell=tell)
    if plan.digest() != batch.report.get("digest"):
        batch.status, batch.failure = BatchStatus.PREVIEW, ""
        show_preview(batch, plan)
        return batch
    describe(batch, plan)
    apply_plan(plan=plan, batch=batch, publish=publish, user=user, tell=tell)
    tell(3, STEPS, "proving keys and rules")
    connection.check_constraints()
    return batch


@without_collection()
@fresh_plans()
def apply_plan(
    *, plan: Plan, batch: ImportBatch, publish: bool, user: User, tell: Tell = silent
) -> None:
    plan.places.save()
    tell(2, STEPS, f"writing {len(plan.new):,} new questions")
    created = create_questions((as_keys(row.wanted) for row in plan.new), user)
    tell(2, STEPS, f"writing {len(plan.changed):,} changed questions")
    before = {row.held.pk: row.keys_of(row.held.content) for row in plan.changed}
    write_contents({row.held.pk: row.keys_of(row.wanted) for row in plan.changed})
    keys = [*created, *before]
    reason = f"Import of {batch.file_name}"
    notes = publish_questions(keys, user, reason) if publish else {}
    tell(2, STEPS, "writing the list of what was done")
    write_items(batch, plan, created, before, notes)
    finish(batch, plan, publish, notes)


def write_items(
    batch: ImportBatch,
    plan: Plan,
    created: list[UUID],
    before: dict[UUID, Content],
    notes: dict[UUID, str],
) -> None:
    """What undo goes by: a row a question; `notes` say why some were not published."""
    after = versions_of([*created, *before])
    changed = (
        (
            *(batch.pk, row.held.pk, str(row.held), "changed", json.dumps(before[row.held.pk])),
            *(json.dumps(row.differences()), row.held.version, after[row.held.pk]),
            *(notes.get(row.held.pk, ""), ""),
        )
        for row in plan.changed
    )
    labels = (label_of(row.wanted.get("external_id"), row.wanted["stem"]) for row in plan.new)
    new = (
        (batch.pk, key, label, "created", None, "[]", None, after[key], notes.get(key, ""), "")
        for key, label in zip(created, labels, strict=True)
    )
    copy_rows(table_of(ImportItem), OF_ITEM, chain(changed, new))


def finish(batch: ImportBatch, plan: Plan, publish: bool, notes: dict[UUID, str]) -> None:
    made: dict[str, list[int]] = {}
    for row in plan.places.made:
        made.setdefault(row._meta.model_name or "", []).append(row.pk)
    batch.report |= {"made": made, "unpublished": len(notes)}
    batch.options |= {"publish": publish}
    mark_as_applied(batch, publish=publish)
