"""For the page of a thing that runs are about: what is done with it, or was done last."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from ops.admin.runs import version_of
from ops.models import Run
from ops.progress import progress_of
from ops.runs import may_stop


def run_context(
    user: Any, operations: Collection[str], target: str, **given: Any
) -> dict[str, Any]:
    """`run` or None; beside a run its progress and version, and what this person may do. `given`
    narrows which runs are meant."""
    own = Run.objects.filter(operation__in=operations, target=target, **given)
    run = own.order_by("-id").first()
    if run is None:
        return {"run": None}
    seen = Run.objects.visible_to(user).filter(pk=run.pk).exists()
    return {
        "run": run,
        "version": version_of(run),
        "progress": progress_of(run, timezone.now()),
        "may_see_run": seen,
        "may_stop": seen and not run.cancel_requested_at and may_stop(user, run),
    }
