"""The run ledger's writes by people, schedules and the poller. `ops/runner.py` does the work.

A run is a row before anything starts. Redis only carries it: what Redis forgets, the poller sends
again, and what is delivered twice is done once, because a worker has to claim the row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import django_rq
import redis
import structlog
from django.db import connection, transaction
from django.db.models.functions import Now
from rq import Queue

from ops import audit
from ops.models import Run
from ops.models.run import Status
from ops.registry import PRIORITIES, Operation, Priority, declared
from ops.work import Refused

log = structlog.get_logger(__name__)

# A worker beats once a second; a run that was silent for so long is looked at.
SILENCE = timedelta(seconds=20)
# How much later than its statements the job as a whole is stopped.
JOB_MARGIN = timedelta(seconds=60)
LOST_WORKER = "The worker that did it died."


def operation_named(name: str) -> Operation:
    """Raises Refused for one that no app declares."""
    try:
        return declared(Operation)[name]
    except KeyError:
        raise Refused(f"There is no operation {name}.") from None


def may_start(user: Any, operation: Operation) -> bool:
    return bool(operation.permission) and user.has_perm(operation.permission)


def may_stop(user: Any, run: Run) -> bool:
    """The own runs, and those who act on all of them."""
    return run.requested_by_id == user.pk or user.has_perm("ops.change_run")


def may_order(user: Any, run: Run) -> bool:
    """Whether the person could start such a run: then also again, or sooner."""
    operation = declared(Operation).get(run.operation)
    return operation is not None and may_start(user, operation)


def active_run(*, operation: str, target: str, others: Sequence[str] = ()) -> Run | None:
    """The one that waits or works: there is no second. Without one, that of another target."""
    found = Run.objects.active().filter(operation=operation, target__in=(target, *others))
    by_target = {run.target: run for run in found}
    return next((by_target[each] for each in (target, *others) if each in by_target), None)


# --- Start ---------------------------------------------------------------------------------------
@transaction.atomic
def enqueue(
    *,
    operation: str,
    target: str = "",
    parameters: Mapping[str, Any] | None = None,
    user: Any = None,
    schedule: str = "",
    priority: Priority | None = None,
    deliver: bool = True,
) -> tuple[Run, bool]:
    """The run, and whether it is a new one: else it is the one that is going already.

    `deliver=False` leaves it to the caller to perform it in this very process.

    Raises Refused for an unknown operation or parameters that it does not declare.
    """
    declaration = operation_named(operation)
    values = dict(parameters or {})
    require_parameters(declaration, values)
    wanted = Run(
        operation=operation,
        target=target,
        parameters=values,
        requested_by=user,
        requested_by_name=user.get_username() if user else "",
        schedule=schedule,
        priority=priority or declaration.priority,
        max_attempts=declaration.max_attempts,
    )
    run = first_of(wanted)
    is_new = run.pk == wanted.pk
    if is_new and deliver:
        transaction.on_commit(lambda: send_quietly(run))
    if is_new and user is not None:
        record_action(operation, run, user)
    return run, is_new


def first_of(wanted: Run) -> Run:
    """`wanted`, or the run of its operation and target that is going already."""
    # The other one may end between the two statements; then there is room for ours.
    while True:
        Run.objects.bulk_create([wanted], ignore_conflicts=True)
        if run := active_run(operation=wanted.operation, target=wanted.target):
            return run


def require_parameters(operation: Operation, values: Mapping[str, Any]) -> None:
    known = {parameter.name for parameter in operation.parameters}
    needed = {parameter.name for parameter in operation.parameters if parameter.required}
    if unknown := sorted(set(values) - known):
        raise Refused(f"{operation.title} takes no {', '.join(unknown)}.")
    if missing := sorted(needed - set(values)):
        raise Refused(f"{operation.title} needs {', '.join(missing)}.")


def record_action(action: str, run: Run, user: Any) -> None:
    """A person's deed on a run, logged at the thing that the run is about."""
    declaration = declared(Operation).get(run.operation)
    title = declaration.title if declaration else run.operation
    audit.record(
        action=action,
        entity_type=declaration.target_type if declaration else "operation",
        entity_id=run.target or run.operation,
        details={
            "label": run.target or title,
            "run": run.pk,
            "operation": title,
            "parameters": run.parameters,
        },
        actor=user,
    )


# --- Cancel, retry, again ------------------------------------------------------------------------
@transaction.atomic
def cancel_run(*, run: Run, user: Any) -> str:
    """A waiting run ends here; a running one is asked, and its worker stops its statement."""
    current = Run.objects.select_for_update().get(pk=run.pk)
    declaration = declared(Operation).get(current.operation)
    if not current.is_active:
        raise Refused(f"It is {current.get_status_display().lower()} already.")
    if current.status == Status.PROCESSING and declaration and not declaration.cancellable:
        raise Refused("Once it works, it cannot be cancelled.")
    record_action("cancel", current, user)
    if current.status == Status.PENDING:
        Run.objects.filter(pk=run.pk).update(
            status=Status.CANCELLED,
            next_retry_at=None,
            finished_at=Now(),
            cancel_requested_at=Now(),
            error=f"Cancelled by {user}.",
        )
        return "Cancelled."
    Run.objects.filter(pk=run.pk, cancel_requested_at=None).update(
        cancel_requested_at=Now(), error=f"Cancelled by {user}."
    )
    return "It was asked to stop."


@transaction.atomic
def retry_now(*, run: Run, user: Any) -> str:
    """Do not wait for the next try's time."""
    current = Run.objects.select_for_update().get(pk=run.pk)
    if current.status != Status.PENDING or current.next_retry_at is None:
        raise Refused("It does not wait for another try.")
    record_action("retry", current, user)
    Run.objects.filter(pk=run.pk).update(next_retry_at=None)
    transaction.on_commit(lambda: send_quietly(current))
    return "It is tried again now."


def run_again(*, run: Run, user: Any) -> tuple[Run, bool]:
    """A new run of the same order."""
    return enqueue(operation=run.operation, target=run.target, parameters=run.parameters, user=user)


# --- Transport -----------------------------------------------------------------------------------
def queue(priority: str) -> Queue:
    # RQ's own class: django-rq's would wait for the end of a transaction once more.
    return Queue(priority, connection=django_rq.get_connection(priority))


def job_id(run_id: UUID, attempts: int) -> str:
    return f"{run_id}-{attempts}"


def send(run: Run) -> None:
    """Put a job for the next try into its queue. Raises redis.RedisError."""
    declaration = declared(Operation).get(run.operation)
    timeout = (declaration.timeout if declaration else timedelta()) + JOB_MARGIN
    queue(run.priority).enqueue(
        "ops.runner.perform",
        run.pk,
        job_id=job_id(run.pk, run.attempts),
        job_timeout=int(timeout.total_seconds()),
        result_ttl=0,
        failure_ttl=3600,
    )


def send_quietly(run: Run) -> None:
    """The poller sends it later if Redis is away."""
    try:
        send(run)
    except redis.RedisError as error:
        log.warning("redis is away", run=str(run.pk), error=str(error))


def send_lost(*, older_than: timedelta = timedelta(seconds=5)) -> list[Run]:
    """Send what waits in the ledger and in no queue. Raises redis.RedisError."""
    waiting = Run.objects.due().filter(created_at__lt=Now() - older_than)
    due = list(waiting.order_by("rank", "id")[:1000])
    if not due:
        return []
    queued = {job for priority in PRIORITIES for job in queue(priority).job_ids}
    lost = [run for run in due if job_id(run.pk, run.attempts) not in queued]
    for run in lost:
        send(run)
    return lost


# --- The reaper ----------------------------------------------------------------------------------
def reap(*, silent_for: timedelta = SILENCE) -> list[Run]:
    """Take back the runs whose worker is silent and holds its lock no longer."""
    silent = Run.objects.filter(
        status=Status.PROCESSING, rank=2, heartbeat_at__lt=Now() - silent_for
    )
    return [run for run in silent if take_back(run)]


@transaction.atomic
def take_back(run: Run) -> bool:
    """Whether the run was its dead worker's, and is so no longer. Holds the run's lock for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(public.run_lock_key(%s, %s))",
            [run.operation, run.target],
        )
        if not cursor.fetchone()[0]:
            return False
    held = Run.objects.filter(
        pk=run.pk,
        status=Status.PROCESSING,
        attempts=run.attempts,
        heartbeat_at=run.heartbeat_at,
    )
    return bool(held.update(**state_after_death(run)))


def state_after_death(run: Run) -> dict[str, Any]:
    if run.cancel_requested_at is not None:
        return {"status": Status.CANCELLED, "finished_at": Now()}
    if run.attempts >= run.max_attempts:
        return {"status": Status.FAILED, "finished_at": Now(), "error": LOST_WORKER}
    return {"status": Status.PENDING, "error": LOST_WORKER}
