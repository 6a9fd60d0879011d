"""The work of exports' runs: prepare a file for download, and take away those whose time is over.

Safety: `clean` deletes only folders below STEWARD_EXPORT_DIR that are named by an id, of runs that
have ended and whose file is over.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from ops import audit
from ops.disks import writing_to
from ops.exports.files import record_export
from ops.exports.orders import Order, may_export, may_export_personal, order_of
from ops.exports.parts import (
    Parts,
    assemble,
    folder_of,
    parts_in,
    write_parts,
)
from ops.exports.reading import count, reading
from ops.models import ExportFile, Run
from ops.registry import Export, declared
from ops.runs import enqueue
from ops.work import Refused, Result, Work

PREPARE = "prepare_export"
# As long as the operation may take.
LIMIT = "6h"


def order_export(*, order: Order, user: Any) -> tuple[Run, bool]:
    """The run that prepares it, and whether it is a new one."""
    return enqueue(operation=PREPARE, target=str(order), parameters=order.parameters(), user=user)


# --- Prepare -------------------------------------------------------------------------------------
def prepare(work: Work) -> Result:
    order = order_of(work.parameters)
    require_permission(work.requested_by_id, order)
    folder = folder_of(work.run_id)
    with writing_to(folder.parent), nothing_left_of(folder):
        with reading(LIMIT, replica=work.attempt == 1) as conn:
            parts = parts_in(folder, conn, order)
            total = count(conn, order)
            write_parts(conn, order, parts, lambda rows: work.progress(rows, max(rows, total)))
        work.progress(parts.rows, parts.rows, "Putting the parts together")
        path = assemble(order, parts)
        file = keep(work, order, parts, path)
        parts.forget()
    until = f"{timezone.localtime(file.expires_at):%Y-%m-%d %H:%M}"
    text = f"{parts.rows:,} rows in {path.name}, until {until}."
    return Result(text, {"rows": parts.rows, "bytes": file.bytes, "parts": len(parts.written)})


@contextmanager
def nothing_left_of(folder: Path) -> Iterator[None]:
    """Of a run whose file cannot be written: no try goes on with its parts, and they take room."""
    try:
        yield
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def require_permission(user_id: int | None, order: Order) -> None:
    """At the time of the work, too: a role may have been taken away since."""
    user = get_user_model().objects.filter(pk=user_id or 0, is_active=True).first()
    may = may_export_personal if order.has_personal else may_export
    if user is None or not may(user, order.export):
        raise Refused("Who ordered it may not export this any longer.")


@transaction.atomic
def keep(work: Work, order: Order, parts: Parts, path: Path) -> ExportFile:
    run = Run.objects.get(pk=work.run_id)
    file, is_new = ExportFile.objects.update_or_create(
        run=run,
        defaults={
            "export": order.export.name,
            "parameters": order.parameters(),
            "has_personal": order.has_personal,
            "requested_by": run.requested_by,
            "requested_by_name": run.requested_by_name,
            "path": f"{path.parent.name}/{path.name}",
            "rows": parts.rows,
            "bytes": path.stat().st_size,
            "as_of": parts.as_of,
            "snapshot": parts.snapshot,
            "expires_at": timezone.now() + timedelta(days=settings.STEWARD_EXPORT_DAYS),
        },
    )
    if is_new:
        record_export(order=order, rows=parts.rows, user=run.requested_by, run=run.pk)
    return file


# --- Its time ------------------------------------------------------------------------------------
# Kept files that still have rows of a member who was erased since.
VOID = """
    SELECT f.id FROM public.ops_export_files AS f
    WHERE f.deleted_at IS NULL AND f.export = ANY(%s) AND EXISTS (
        SELECT FROM public.erased_members AS e
        WHERE NOT pg_visible_in_snapshot(e.transaction::text::xid8, f.snapshot::pg_snapshot)
    )
"""


def void_files() -> set[UUID]:
    of_members = [each.name for each in declared(Export).values() if each.member]
    with connection.cursor() as cursor:
        cursor.execute(VOID, [of_members])
        return {key for (key,) in cursor.fetchall()}


def why_gone(file: ExportFile, void: set[UUID]) -> str:
    """Empty when it can be downloaded; `void` are the ids of `void_files`."""
    if file.deleted_at:
        return "It was deleted."
    if file.expires_at <= timezone.now():
        return "Its time is over."
    if file.pk in void:
        return "A member was erased since, whom the file still has."
    return "" if path_of(file).is_file() else "The file is not there any longer."


def path_of(file: ExportFile) -> Path:
    return Path(settings.STEWARD_EXPORT_DIR) / file.path


def delete_file(*, file: ExportFile, user: Any) -> None:
    with transaction.atomic():
        details = {"label": str(file), **file.parameters}
        audit.record(
            action="delete_export",
            entity_type="export",
            entity_id=file.export,
            details=details,
            actor=user,
        )
        take_away([file])


def take_away(files: Iterable[ExportFile]) -> None:
    for file in files:
        shutil.rmtree(path_of(file).parent, ignore_errors=True)
        ExportFile.objects.filter(pk=file.pk, deleted_at=None).update(deleted_at=Now())


def clean(work: Work) -> str:
    over = Q(expires_at__lte=Now()) | Q(pk__in=void_files())
    files = list(ExportFile.objects.filter(over, deleted_at=None))
    take_away(files)
    left = left_folders()
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return f"{len(files) + len(left):,} files taken away."


def left_folders() -> list[Path]:
    """Of runs that failed or were cancelled half way, or that nobody knows."""
    root = Path(settings.STEWARD_EXPORT_DIR)
    folders = {key: each for each in root.glob("*") if (key := key_of(each)) and each.is_dir()}
    used = set(Run.objects.active().filter(pk__in=folders).values_list("pk", flat=True))
    used |= set(
        ExportFile.objects.filter(run__in=folders, deleted_at=None).values_list("run", flat=True)
    )
    return [folder for key, folder in folders.items() if key not in used]


def key_of(folder: Path) -> UUID | None:
    try:
        return UUID(folder.name)
    except ValueError:
        return None
