"""Writes: status and category of many terms, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pghistory
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from flavors.models import FlavorCategory, Term, TermBatch
from flavors.models.choices import TermStatus
from ops.audit import record
from ops.work import Refused

# Of one go.
LIMIT = 5_000


@transaction.atomic
def set_status(*, terms: list[int], status: TermStatus, user: User, note: str = "") -> TermBatch:
    return change(dict.fromkeys(terms, status.value), "status", f"{status.label}", user, note)


@transaction.atomic
def set_categories(
    *, categories: Mapping[int, FlavorCategory | None], user: User, note: str = ""
) -> TermBatch:
    """Term → its category; None takes it out of its category."""
    names = sorted({str(each) if each else "No category" for each in categories.values()})
    what = names[0] if len(names) == 1 else f"{len(names):,} categories"
    keys = {term: each.pk if each else None for term, each in categories.items()}
    return change(keys, "category_id", what, user, note)


def change(values: dict[int, Any], field: str, what: str, user: User, note: str) -> TermBatch:
    """In few statements, however many terms there are."""
    if not values:
        raise Refused("Choose at least one term.")
    if len(values) > LIMIT:
        raise Refused(f"{len(values):,} terms are too many for one go: {LIMIT:,} at most.")
    rows = locked(list(values))
    if len(rows) < len(values):
        raise Refused("One of these terms is gone. Look at them again.")
    before = {key: getattr(row, field) for key, row in rows.items()}
    changed = {key: value for key, value in values.items() if before[key] != value}
    pghistory.context(note=note or what)
    write(changed, field)
    same = len(values) - len(changed)
    outcome = f"{what}: {counted(len(changed))}" + (f", {same:,} were already" if same else "")
    batch = TermBatch.objects.create(
        field=field,
        outcome=f"{outcome}.",
        before={str(key): before[key] for key in changed},
        after={str(key): value for key, value in changed.items()},
        changed_by=user,
    )
    log("change_terms", batch, user, f"{outcome}.", note)
    return batch


@transaction.atomic
def undo_batch(*, batch: int, user: User) -> str:
    """Each term that still is as the batch made it; others were changed since, and stay."""
    found = TermBatch.objects.select_for_update(of=("self",)).filter(pk=batch).first()
    if found is None or found.undone_at is not None:
        raise Refused("This was undone already.")
    after = {int(key): value for key, value in found.after.items()}
    rows = locked(list(after))
    back = {
        key: found.before[str(key)]
        for key, row in rows.items()
        if getattr(row, found.field) == after[key]
    }
    pghistory.context(note=f"Undone: {found.outcome}")
    write(back, found.field)
    TermBatch.objects.filter(pk=found.pk).update(undone_at=Now())
    kept = len(after) - len(back)
    done = f"{counted(len(back))} put back" + (
        f"; {kept:,} changed since, and stay" if kept else ""
    )
    log("undo_term_changes", found, user, f"{done}.")
    return f"{done}."


def write(values: Mapping[int, Any], field: str) -> None:
    """One statement for each different value."""
    for value in set(values.values()):
        keys = [key for key, each in values.items() if each == value]
        Term.objects.filter(pk__in=keys).update(**{field: value})


def locked(keys: list[int]) -> dict[int, Term]:
    rows = Term.objects.filter(pk__in=keys).select_for_update(no_key=True).order_by("pk")
    return {row.pk: row for row in rows}


def log(action: str, batch: TermBatch, user: User, outcome: str, note: str = "") -> None:
    details = {"label": batch.outcome, "outcome": outcome, "note": note, "terms": len(batch.after)}
    record(action=action, entity=batch, details=details, actor=user)


def counted(number: int) -> str:
    return f"{number:,} term{'' if number == 1 else 's'}"
