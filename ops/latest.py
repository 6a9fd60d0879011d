"""The latest run of an operation, for the screens that show what it works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from ops.models import Run
from ops.models.run import Status
from ops.progress import state_of


@dataclass(frozen=True)
class LatestRun:
    """`address` is empty for who may not see the run."""

    address: str
    state: str
    is_active: bool
    has_failed: bool
    ended_at: datetime | None
    # Its result, or what went wrong.
    text: str
    figures: Mapping[str, Any]


def latest_run(user: Any, operation: str, target: str = "") -> LatestRun | None:
    """However it went. Uses index: run_by_operation."""
    run = Run.objects.filter(operation=operation, target=target).order_by("-id").first()
    if run is None:
        return None
    is_seen = run.requested_by_id == user.pk or user.has_perm("ops.view_run")
    return LatestRun(
        address=reverse("admin:ops_run_change", args=[run.pk]) if is_seen else "",
        state=state_of(run),
        is_active=run.is_active,
        has_failed=run.status == Status.FAILED,
        ended_at=run.finished_at,
        text=run.error or run.result,
        figures=run.figures,
    )


def last_success(operation: str, target: str = "") -> datetime | None:
    """When the last run that was completed had started. Uses index: run_by_operation."""
    done = Run.objects.filter(operation=operation, target=target, status=Status.COMPLETED)
    return done.order_by("-id").values_list("started_at", flat=True).first()


@dataclass(frozen=True)
class Done:
    ended_at: datetime
    figures: Mapping[str, Any]


def last_with_figure(operation: str, figure: str, target: str = "") -> Done | None:
    """The last completed run whose result has this figure. Uses index: run_by_operation."""
    done = Run.objects.filter(operation=operation, target=target, status=Status.COMPLETED)
    run = done.filter(figures__has_key=figure).order_by("-id").first()
    return Done(run.finished_at, run.figures) if run and run.finished_at else None
