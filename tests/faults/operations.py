"""Operations that the faults alone declare; every process under fire knows them."""

from __future__ import annotations

from ops.registry import Operation, Parameter, register
from ops.work import Refused, Work

HERE = "tests.faults.operations"
# Who did which step when: two tries of one target never take turns.
STEPS = """
    CREATE TABLE IF NOT EXISTS public.fault_steps (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        target text NOT NULL, run_id uuid NOT NULL, attempt integer NOT NULL, step integer NOT NULL
    )
"""
PAUSE = "SELECT pg_sleep(0.05)"
STEP = "INSERT INTO public.fault_steps (target, run_id, attempt, step) VALUES (%s, %s, %s, %s)"

register(
    Operation(
        "fault_walk",
        "Walk",
        work=f"{HERE}.walk",
        parameters=(Parameter("steps", "Steps", required=True, kind="number"),),
        max_attempts=5,
    ),
    Operation("fault_fail", "Fail", work=f"{HERE}.fail", max_attempts=1),
)


def walk(work: Work) -> str:
    steps = int(work.parameters["steps"])
    for step in range(steps):
        work.progress(step, steps, f"step {step}")
        take_step(work, 2 * step)
    work.progress(steps, steps)
    return f"Walked {steps:,} steps."


def take_step(work: Work, number: int) -> None:
    """Its end is written without looking whether the try is still this worker's: the lock alone
    keeps others away.
    """
    with work.connection.cursor() as cursor:
        cursor.execute(STEP, [work.target, work.run_id, work.attempt, number])
        cursor.execute(PAUSE)
        cursor.execute(STEP, [work.target, work.run_id, work.attempt, number + 1])


def fail(work: Work) -> None:
    raise Refused("It fails on purpose.")
