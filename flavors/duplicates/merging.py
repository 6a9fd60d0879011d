"""Writes: terms become spellings of another one, and the way back; no descriptor is rewritten."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import combinations

import pghistory
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Now

from flavors.models import MergedTerm, Term, TermDismissal, TermMerge
from flavors.models.choices import TermStatus
from ops.audit import record, record_each
from ops.work import Refused


@transaction.atomic
def merge_terms(*, survivor: int, duplicates: Collection[int], user: User) -> str:
    """What was merged into one of them moves along."""
    keys = {key for key in duplicates if key != survivor}
    if not keys:
        raise Refused("Choose the term to keep, and at least one other.")
    rows = locked(Q(pk__in=[survivor, *keys]) | Q(canonical__in=keys))
    kept = rows.get(survivor)
    if kept is None or not keys <= rows.keys():
        raise Refused("One of these terms is gone. Look at them again.")
    assert_mergeable(kept, [rows[key] for key in keys])
    moved = [row for key, row in sorted(rows.items()) if key != survivor]
    merge = TermMerge.objects.create(survivor=kept, merged_by=user)
    MergedTerm.objects.bulk_create(
        MergedTerm(merge=merge, term=row, was_into_id=row.canonical_id) for row in moved
    )
    pghistory.context(note=f"Merged into {kept}")
    Term.objects.filter(pk__in=[row.pk for row in moved]).update(canonical=kept)
    done = f"{counted(len(moved))} merged into “{kept}”."
    log("merge_terms", kept, user, done, [row for row in moved if row.pk in keys])
    return done


def assert_mergeable(kept: Term, others: Iterable[Term]) -> None:
    for row in (kept, *others):
        if row.canonical_id is not None:
            raise Refused(f"“{row}” is merged already. Look at them again.")
    if kept.status == TermStatus.REJECTED:
        raise Refused(f"“{kept}” is rejected: keep another one, or approve it first.")


@transaction.atomic
def undo_merge(*, merge: int, user: User) -> str:
    """Every term is what it was before; refused once one of them was moved again."""
    found = TermMerge.objects.select_for_update(of=("self",)).filter(pk=merge).first()
    if found is None or found.undone_at is not None:
        raise Refused("This merge was undone already.")
    moved = list(found.parts.values_list("term", flat=True))
    rows = locked(Q(pk__in=[*moved, found.survivor_id]))
    kept = rows.pop(found.survivor_id)
    for row in rows.values():
        if row.canonical_id != kept.pk:
            raise Refused(f"“{row}” was merged once more since: undo the later merge first.")
    pghistory.context(note=f"Not {kept} after all")
    # In one statement: halfway, an alias would be merged into what is still merged itself.
    was = MergedTerm.objects.filter(merge=found, term=OuterRef("pk")).values("was_into")
    Term.objects.filter(pk__in=moved).update(canonical=Subquery(was))
    TermMerge.objects.filter(pk=found.pk).update(undone_at=Now())
    done = f"{counted(len(rows))}: no longer merged into “{kept}”."
    log("undo_merge", kept, user, done, list(rows.values()))
    return done


@transaction.atomic
def dismiss_pairs(*, terms: Collection[int], user: User) -> str:
    """Each of them is another word than each other one."""
    rows = locked(Q(pk__in=terms))
    if len(rows) < 2:
        raise Refused("Choose at least two terms.")
    TermDismissal.objects.bulk_create(
        [
            TermDismissal(first_id=first, second_id=second, dismissed_by=user)
            for first, second in combinations(sorted(rows), 2)
        ],
        ignore_conflicts=True,
    )
    done = f"{', '.join(f'“{row}”' for row in rows.values())}: not duplicates."
    record_each(
        actions=[
            {"action": "dismiss_duplicates", "entity": row, "details": details(row, done, others)}
            for row in rows.values()
            for others in [[each for each in rows.values() if each != row]]
        ],
        actor=user,
    )
    return done


@transaction.atomic
def take_back_dismissal(*, dismissal: int, user: User) -> str:
    found = (
        TermDismissal.objects.select_for_update(of=("self",))
        .select_related("first", "second")
        .filter(pk=dismissal)
        .first()
    )
    if found is None:
        raise Refused("Somebody took that back already.")
    first, second = found.first, found.second
    found.delete()
    done = f"“{first}” and “{second}” may be duplicates again."
    log("take_back_dismissal", first, user, done, [second])
    return done


def locked(which: Q) -> dict[int, Term]:
    rows = Term.objects.filter(which).select_for_update(no_key=True).order_by("pk")
    return {row.pk: row for row in rows}


def log(action: str, entity: Term, user: User, outcome: str, others: Collection[Term]) -> None:
    record(action=action, entity=entity, details=details(entity, outcome, others), actor=user)


def details(entity: Term, outcome: str, others: Collection[Term]) -> dict[str, object]:
    return {"label": str(entity), "others": [str(row) for row in others], "outcome": outcome}


def counted(number: int) -> str:
    return f"{number:,} term{'' if number == 1 else 's'}"
