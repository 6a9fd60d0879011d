"""The stock of questions for draws: its rebuild."""

from __future__ import annotations

from django.db import connection

from ops.work import Refused, Result, Work

# Keys that one transaction rebuilds: a second among 100,000 questions, at most.
KEYS_AT_ONCE = 250


def rebuild_pools(work: Work) -> Result:
    """Rebuild the pools of what changed; with the target "all", every one."""
    if work.target not in {"all", "changed"}:
        raise Refused("Its target is “all” or “changed”.")
    if work.target == "all":
        numbers("SELECT public.list_all_pools()")
    (waiting,) = numbers("SELECT count(DISTINCT key) FROM public.waiting_question_pools")
    done = pools = questions = 0
    while done < waiting:
        work.progress(done, waiting, "Shuffling questions into pools")
        keys, more_pools, more_questions = numbers(
            "SELECT * FROM public.rebuild_waiting_pools(%s)", min(KEYS_AT_ONCE, waiting - done)
        )
        if not keys:  # another run took the rest
            break
        done, pools, questions = done + keys, pools + more_pools, questions + more_questions
    work.progress(done, done)
    if not done:
        return Result("Nothing had changed.", {"pools": 0, "questions": 0})
    return Result(
        f"{pools:,} pools with {questions:,} questions.", {"pools": pools, "questions": questions}
    )


def numbers(query: str, *values: int) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return tuple(cursor.fetchone())
