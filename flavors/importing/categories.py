"""A file of categories as a batch: previewed, applied in one transaction, taken back.

Safety: nothing is moved or deleted by an import, and undo takes only what stands as it was made.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import DatabaseError, OperationalError, connection, transaction

from flavors.importing.category_files import Path, categories_in
from flavors.importing.reading import FileError, text_of
from flavors.models import CategoryImport, FlavorCategory, Term
from flavors.models.choices import CategoryKind
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

type User = AbstractBaseUser | AnonymousUser | None

CREATED, CHANGED, UNCHANGED = "created", "changed", "unchanged"


@dataclass
class Planned:
    """A category of the file: `found` is known by its name and those above it."""

    path: Path
    color: str
    found: FlavorCategory | None

    @property
    def outcome(self) -> str:
        if self.found is None:
            return CREATED
        return CHANGED if self.color and self.found.color != self.color else UNCHANGED


def import_categories(
    *,
    file_name: str,
    data: bytes,
    kind: str = CategoryKind.FLAVOR.value,
    dry_run: bool = False,
    account: str = "",
) -> CategoryImport:
    """In one transaction. Raises FileError; a dry run writes nothing at all."""
    batch = CategoryImport(file_name=file_name, options={"kind": kind, "account": account})
    with transaction.atomic():
        plan = describe(batch, data)
        if not dry_run:
            batch.save()
            apply(batch, plan)
    return batch


def preview_categories(
    *, file_name: str, data: bytes, kind: str, encoding: str, user: User
) -> CategoryImport:
    """Keep the file with what it would do. Raises FileError."""
    options = {"kind": kind, "encoding": encoding}
    with transaction.atomic():
        batch = CategoryImport(file_name=file_name, options=options, file=data)
        batch.created_by_id = user.pk if user else None
        describe(batch, data)
        batch.save()
        log(batch, "preview_import", **batch.counts)
    return batch


def confirm_categories(*, batch: CategoryImport) -> CategoryImport:
    """Raises Refused, FileError or DatabaseError: then nothing was imported, and the batch says
    why."""
    try:
        with transaction.atomic():
            batch = waiting(batch)
            apply(batch, describe(batch, bytes(batch.file or b"")))
            return batch
    except OperationalError:
        raise
    except (FileError, DatabaseError) as error:
        mark_as_failed(batch, reason_of(error))
        raise


# --- What a file does ----------------------------------------------------------------------------
def describe(batch: CategoryImport, data: bytes) -> list[Planned]:
    given = categories_in(text_of(data, batch.options.get("encoding", "utf-8")))
    known = known_paths(batch.options["kind"])
    plan, seen = [], set()
    for path, color in given:
        key = folded(path)
        if key in seen:
            raise FileError(f"“{words(path)}” stands twice in the file.")
        seen.add(key)
        plan.append(Planned(path, color, known.get(key)))
    counts = Counter(each.outcome for each in plan)
    batch.counts = {name: counts[name] for name in (CREATED, CHANGED, UNCHANGED)}
    batch.report = {
        CREATED: [
            {"path": words(each.path), "color": each.color}
            for each in plan
            if each.outcome == CREATED
        ],
        CHANGED: [
            {"path": words(each.path), "before": each.found.color, "color": each.color}
            for each in plan
            if each.found and each.outcome == CHANGED
        ],
    }
    return plan


def apply(batch: CategoryImport, plan: list[Planned]) -> None:
    """Level by level: parents have keys before their children are made."""
    made: list[list[Any]] = []
    for each in plan:
        if each.found and each.outcome == CHANGED:
            made.append(item_of(each.found, each.color, each.found.color))
            each.found.color = each.color
    changed = [each.found for each in plan if each.found]
    FlavorCategory.objects.bulk_update(changed, ["color"])
    known = known_paths(batch.options["kind"])
    places = last_places(known)
    fresh = sorted((each for each in plan if not each.found), key=lambda each: len(each.path))
    for _, level in groupby(fresh, key=lambda each: len(each.path)):
        rows = []
        for each in level:
            key = folded(each.path)
            parent = known.get(key[:-1])
            places[key[:-1]] += 1
            row = FlavorCategory(
                parent=parent, kind=batch.options["kind"], name=each.path[-1], color=each.color,
                position=places[key[:-1]],
            )  # fmt: skip
            known[key] = row
            rows.append(row)
        FlavorCategory.objects.bulk_create(rows)
        made += [item_of(row, row.color, None) for row in rows]
    batch.report["made"] = made
    mark_as_applied(batch)


def item_of(row: FlavorCategory, after: str, before: str | None) -> list[Any]:
    return [row.pk, before, after, row.name, row.parent_id]


def known_paths(kind: str) -> dict[Path, FlavorCategory]:
    rows = {row.pk: row for row in FlavorCategory.objects.filter(kind=kind)}

    def path_of(row: FlavorCategory) -> Path:
        above = path_of(rows[row.parent_id]) if row.parent_id else ()
        return (*above, row.name.casefold())

    return {path_of(row): row for row in rows.values()}


def last_places(known: dict[Path, FlavorCategory]) -> defaultdict[Path, int]:
    """Of the children of each, by its path; () for the top."""
    places: defaultdict[Path, int] = defaultdict(int)
    for path, row in known.items():
        places[path[:-1]] = max(places[path[:-1]], row.position)
    return places


def folded(path: Path) -> Path:
    return tuple(name.casefold() for name in path)


def words(path: Path) -> str:
    return " → ".join(path)


# --- The way back --------------------------------------------------------------------------------
@recorded("batch")
@transaction.atomic
def undo_categories(*, batch: CategoryImport) -> dict[str, int]:
    """`{"undone": n, "kept": n}`. Raises Refused when it was not applied."""
    batch = CategoryImport.objects.select_for_update().get(pk=batch.pk)
    gone, back, kept = standing(batch, lock=True)
    if back:
        rows = [FlavorCategory(pk=key, color=color) for key, color in back.items()]
        FlavorCategory.objects.bulk_update(rows, ["color"])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM public.flavor_categories WHERE id = ANY (%s)", [gone])
    mark_as_undone(batch)
    return {"undone": len(gone) + len(back), "kept": kept}


def undo_forecast(batch: CategoryImport) -> dict[str, int]:
    gone, back, kept = standing(batch)
    return {"deleted": len(gone), "changed": len(back), "kept": kept}


def standing(batch: CategoryImport, *, lock: bool = False) -> tuple[list[int], dict[int, str], int]:
    """Categories to delete, those to colour as before, and how many stay: edited, moved or deleted
    since, or something else stands in them by now. Raises Refused."""
    refuse_unless_applied(batch)
    made = batch.report["made"]
    keys = [item[0] for item in made]
    found = FlavorCategory.objects.order_by("pk")
    rows = (found.select_for_update() if lock else found).in_bulk(keys)
    used = set(Term.objects.filter(category__in=keys).values_list("category", flat=True))
    used |= set(
        FlavorCategory.objects.filter(parent__in=keys)
        .exclude(pk__in=keys)
        .values_list("parent", flat=True)
    )
    gone: list[int] = []
    back: dict[int, str] = {}
    for key, before, after, name, parent in reversed(made):
        row = rows.get(key)
        is_same = row and (row.color, row.name, row.parent_id) == (after, name, parent)
        if is_same and before is not None:
            back[key] = before
        elif is_same and key not in used:
            gone.append(key)
        elif row and row.parent_id:
            used.add(row.parent_id)
    return gone, back, len(made) - len(gone) - len(back)
