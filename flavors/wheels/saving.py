"""Wheels that are kept: saved, made again one by one or all stale ones as a run."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from flavors.models import FlavorWheel
from flavors.wheels.figures import wheel_of
from flavors.wheels.reading import figures_of, stale_wheels
from flavors.wheels.subjects import Subject, subject_of
from ops.audit import record
from ops.runs import enqueue
from ops.work import Refused, Result, Work

REGENERATE = "regenerate_wheels"
# The target that means all of them; any other is the id of one.
STALE = "stale"
BATCH = 100


@transaction.atomic
def save_wheel(*, subject: Subject, user: Any) -> FlavorWheel:
    """As it is now; the one that was saved before is made again. Raises Refused when empty."""
    data = figures_of(subject)
    wheel = wheel_of(data)
    if wheel.is_empty:
        raise Refused("Nothing is saved: there are no descriptors for this wheel.")
    kept, _ = FlavorWheel.objects.update_or_create(
        user_id=subject.user_id,
        scope=subject.scope,
        scope_value=subject.of,
        wheel_type=subject.wheel_type,
        defaults={"data": data, "descriptor_count": wheel.count, "generated_at": Now()},
    )
    details = {"label": subject.title, "descriptors": wheel.count}
    record(action="save", entity=kept, details=details, actor=user)
    return kept


def order(*, wheel: FlavorWheel | None, user: Any) -> tuple[Any, bool]:
    """The run, and whether it is a new one. None: all that are stale."""
    target = str(wheel.pk) if wheel else STALE
    return enqueue(operation=REGENERATE, target=target, user=user)


# --- The run -------------------------------------------------------------------------------------
def regenerate(work: Work) -> Result:
    """Each in a statement of its own: a try that is repeated goes on where it was."""
    if work.target == STALE:
        return regenerate_stale(work)
    wheel = FlavorWheel.objects.select_related("user").filter(pk=UUID(work.target)).first()
    if wheel is None:
        raise Refused("The wheel is gone.")
    count = make_again(wheel)
    return Result(f"Made again from {count:,} descriptors.", {"wheels": 1, "descriptors": count})


def regenerate_stale(work: Work) -> Result:
    """Those that were stale at the start: one that turns stale meanwhile is the next run's."""
    keys = list(stale_wheels().order_by("generated_at", "pk").values_list("pk", flat=True))
    total = descriptors = 0
    for first in range(0, len(keys), BATCH):
        batch = FlavorWheel.objects.select_related("user").in_bulk(keys[first : first + BATCH])
        for wheel in batch.values():
            work.progress(total, len(keys), str(wheel))
            descriptors += make_again(wheel)
            total += 1
    text = f"{total:,} stale wheel{'' if total == 1 else 's'} made again."
    return Result(text if total else "No wheel is stale.", {"wheels": total})


def make_again(wheel: FlavorWheel) -> int:
    """How many descriptors it is from now; 0 empties it."""
    data = figures_of(subject_of(wheel))
    count = wheel_of(data).count
    FlavorWheel.objects.filter(pk=wheel.pk).update(
        data=data, descriptor_count=count, generated_at=Now()
    )
    return count
