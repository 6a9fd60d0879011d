"""Item statistics: having them computed. The formulas stand in `compute_item_statistics`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from ops.latest import last_success
from ops.runs import enqueue
from ops.work import Refused, Result, Work
from quizbank.models import Exam, Question, QuestionRevision

OPERATION = "compute_item_statistics"
# The revisions of one transaction; each reads the sessions that met any of them.
AT_ONCE = 5_000
# What was committed late is met again; computing twice gives the same.
OVERLAP = timedelta(hours=1)

# In the order of their exams, so that few batches read the same sessions.
ANSWERED_SINCE = """
    SELECT r.id
    FROM public.question_revisions AS r
    WHERE r.id IN (
        SELECT pg_catalog.unnest(s.revision_ids) FROM public.quiz_sessions AS s
        WHERE s.status = 'completed' AND s.completed_at >= %s
    )
    ORDER BY (
        SELECT min(e.exam_id) FROM public.question_exams AS e WHERE e.question_id = r.question_id
    ), r.id
"""  # Uses index: quiz_session_completed
ANSWERED_EVER = """
    SELECT r.id
    FROM public.question_revisions AS r JOIN public.questions AS q ON q.id = r.question_id
    WHERE q.answered
    ORDER BY (
        SELECT min(e.exam_id) FROM public.question_exams AS e WHERE e.question_id = r.question_id
    ), r.id
"""
EXAMS_SINCE = """
    SELECT DISTINCT s.exam_id FROM public.all_quiz_sessions AS s
    WHERE s.exam_id IS NOT NULL AND s.status = 'completed' AND s.completed_at >= %s
"""


def target_of(subject: Exam | Question) -> str:
    kind = "exam" if isinstance(subject, Exam) else "question"
    return f"{kind} {subject.pk}"


def order(*, subject: Exam | Question, user: Any) -> tuple[UUID, bool]:
    """(run, whether it is a new one): all questions of an exam, or all revisions of a question."""
    key = {"exam": subject.pk} if isinstance(subject, Exam) else {"question": str(subject.pk)}
    run, is_new = enqueue(operation=OPERATION, target=target_of(subject), parameters=key, user=user)
    return run.pk, is_new


def compute(work: Work) -> Result:
    revisions, exams = subjects_of(work)
    met = 0
    for first in range(0, len(revisions), AT_ONCE):
        work.progress(first, len(revisions), "revisions")
        met += compute_revisions(revisions[first : first + AT_ONCE])
    work.progress(len(revisions), len(revisions), "revisions")
    for exam in exams:
        work.check_cancelled()
        compute_exam(exam)
    return Result(
        f"{met:,} of {len(revisions):,} revisions have figures; exams: {len(exams):,}.",
        {"revisions": len(revisions), "met": met, "exams": len(exams)},
    )


def subjects_of(work: Work) -> tuple[list[UUID], list[int]]:
    """(revisions, exams)."""
    if exam := work.parameters.get("exam"):
        if not Exam.objects.filter(pk=exam).exists():
            raise Refused("This exam is gone.")
        of_exam = QuestionRevision.objects.filter(question__questionexam__exam=exam)
        return list(of_exam.order_by("pk").values_list("pk", flat=True)), [int(exam)]
    if question := work.parameters.get("question"):
        of_question = QuestionRevision.objects.filter(question=question)
        return list(of_question.order_by("pk").values_list("pk", flat=True)), []
    last = last_success(OPERATION, "answered")
    if last is None:
        return keys(ANSWERED_EVER), list(Exam.objects.values_list("pk", flat=True))
    since = last - OVERLAP
    return keys(ANSWERED_SINCE, since), keys(EXAMS_SINCE, since)


def keys(query: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def compute_revisions(revisions: list[UUID]) -> int:
    """How many of them anybody met."""
    return int(keys("SELECT public.refresh_item_statistics(%s)", revisions)[0])


@transaction.atomic
def compute_exam(exam: int) -> None:
    keys("SELECT public.refresh_exam_statistics(%s)", exam)
