"""Work functions: safe to run twice."""

from __future__ import annotations

from datetime import timedelta

from django.db import DatabaseError, connection
from django.utils import timezone

from ops.errors import reason_of
from ops.work import Refused, Result, Work
from quizbank.duplicates import comparing
from quizbank.intake import counting, keeping
from quizbank.models import ImportBatch
from quizbank.models.importing import CONFIRMABLE, BatchStatus

PREVIEW_LIFETIME = timedelta(days=7)


def discard_old_previews(work: Work) -> str:
    """Drop the files of previews, and of imports that failed, after a week without confirmation."""
    old = ImportBatch.objects.filter(
        status__in=CONFIRMABLE, created_at__lt=timezone.now() - PREVIEW_LIFETIME
    )
    return f"{old.update(status=BatchStatus.DISCARDED, file=None):,} previews discarded."


def count_answers(work: Work) -> Result:
    """What the intake's own process counts all the time, in case that it does not run."""
    counted = 0
    for answers in counting.count_new_answers():
        counted += answers
        work.progress(counted, note="answers counted")
    shown = counting.show_success_rates()
    return Result(
        f"{counted:,} answers counted, {shown:,} success rates brought up to date.",
        {"answers": counted, "success_rates": shown},
    )


def recount_answers(work: Work) -> Result:
    repair = work.parameters.get("repair") in (True, "yes", "true", "on")
    try:
        figures = counting.recount_answers(repair=repair)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) != "55000":
            raise
        raise Refused(reason_of(error)) from error
    wrong = [f"{row.different:,} of {row.checked:,} in {row.figure}" for row in figures]
    checked = sum(row.checked for row in figures)
    if not any(row.different for row in figures):
        text = f"All {checked:,} figures are what the answers say."
    else:
        text = f"Different: {', '.join(wrong)}.{' All are right now.' if repair else ''}"
    return Result(text, {row.figure: row.different for row in figures})


def close_expired_sessions(work: Work) -> str:
    """In small steps, so that no member waits for many others."""
    closed = 0
    while step := close_some(200):
        closed += step
        work.progress(closed, note="sessions closed")
    return f"{closed:,} sessions closed whose time was over."


def close_some(limit: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.close_expired_quiz_sessions(NULL, %s)", [limit])
        return int(cursor.fetchone()[0])


def archive_sessions(work: Work) -> Result:
    moved = 0
    for step in keeping.archive_sessions():
        moved += step
        work.progress(moved, note="sessions moved")
    return Result(f"{moved:,} sessions moved to the archive.", {"sessions": moved})


def summarise_interactions(work: Work) -> Result:
    rows = keeping.summarise_last_days()
    runs = keeping.order_archive_of_interactions()
    ordered = f" The archive of {len(runs):,} months is ordered." if runs else ""
    return Result(
        f"{rows:,} interactions of the last days are in the summary.{ordered}",
        {"interactions": rows, "months": len(runs)},
    )


def find_similar_questions(work: Work) -> Result:
    percent = int(work.parameters.get("percent") or comparing.USUAL_PERCENT)
    if not comparing.LEAST_PERCENT <= percent <= 100:
        raise Refused(f"The likeness is {comparing.LEAST_PERCENT} to 100 percent.")
    keys = list(comparing.uncompared(percent / 100).values_list("pk", flat=True))
    done = pairs = 0
    for questions, found in comparing.compare_batches(keys, percent / 100):
        done, pairs = done + questions, pairs + found
        work.progress(done, len(keys), "questions compared")
    return Result(
        f"{done:,} questions compared, {pairs:,} similar pairs.",
        {"questions": done, "pairs": pairs},
    )
