"""Operations that only tests declare; the worker processes of tests import them too."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from ops.models import ScheduleState
from ops.registry import Operation, Parameter, register
from ops.work import Refused, Result, Work

HERE = "tests.ops.operations_for_tests"
HALF_WAY = 5050

register(
    Operation(
        "test_count",
        "Count",
        work=f"{HERE}.count",
        permission="ops.change_run",
        parameters=(Parameter("to", "Up to"),),
    ),
    Operation("test_stall", "Stall", work=f"{HERE}.stall", retry_after=timedelta(0)),
    Operation("test_half", "Write half", work=f"{HERE}.half"),
    Operation("test_shield", "Shield", work=f"{HERE}.shield"),
    Operation("test_fail", "Fail", work=f"{HERE}.fail", max_attempts=2),
    Operation("test_refuse", "Refuse", work=f"{HERE}.refuse"),
    Operation("test_slow", "Slow", work=f"{HERE}.stall", timeout=timedelta(milliseconds=200)),
    Operation(
        "test_walk",
        "Walk",
        work=f"{HERE}.walk",
        permission="ops.change_run",
        parameters=(Parameter("steps", "Steps", required=True, kind="number"),),
    ),
    Operation("test_firm", "Firm", work=f"{HERE}.stall", cancellable=False),
)


def sleep(work: Work, seconds: float) -> None:
    with work.connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


def count(work: Work) -> Result:
    to = int(work.parameters.get("to", 3))
    for done in range(to):
        work.progress(done, to, f"at {done}")
    work.progress(to, to, "all")
    return Result(f"Counted to {to:,}.", {"to": to})


def stall(work: Work) -> str:
    """The first try never ends by itself."""
    if work.attempt == 1:
        work.progress(1, 10, "stalling")
        sleep(work, 600)
    return "Went on."


def half(work: Work) -> None:
    """Writes one row, then stalls before the transaction ends."""
    with transaction.atomic():
        ScheduleState.objects.create(name="half")
        sleep(work, 600)


def shield(work: Work) -> None:
    """A cancel that comes in the middle waits for the end of the protected step."""
    with work.shielded():
        work.progress(note="shielded")
        sleep(work, 2.5)
        ScheduleState.objects.create(name="protected")
    sleep(work, 600)


def fail(work: Work) -> None:
    raise KeyError("secret")


def refuse(work: Work) -> None:
    raise Refused("The partition is the current one.")


def walk(work: Work) -> str:
    """About a second of forty steps; who holds the lock HALF_WAY makes it rest there."""
    steps = int(work.parameters["steps"])
    for done in range(steps):
        work.progress(done, steps, f"step {done}")
        sleep(work, 0.02)
        if done == steps // 2:
            with work.connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock_shared(%s)", [HALF_WAY])
                cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [HALF_WAY])
    work.progress(steps, steps)
    return f"Walked {steps:,} steps."
