"""Reads: reports by question, the most harmful first."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, Count, F, Max, Q, QuerySet, Window
from django.db.models.functions import Cast, Coalesce, RowNumber

from quizbank.models import ProblemReport, Question, QuestionRevision
from quizbank.models.report import WAITING, Reason, ReportState


def by_question() -> QuerySet[ProblemReport]:
    """The newest report of each question, with `.reports`, `.uses`, `.harm` and `.newest`; how many
    give each reason is in `.error_reports`, `.unclear_reports` and so on.

    Filters that are added to it narrow what is counted, too.
    """
    alike: dict[str, Any] = {"partition_by": "question"}
    uses = Coalesce("question__measured__attempt_count", 0)
    return ProblemReport.objects.annotate(
        place=Window(RowNumber(), order_by="-id", **alike),
        reports=Window(Count("pk"), **alike),
        newest=Window(Max("created_at"), **alike),
        uses=uses,
        **{
            f"{reason}_reports": Window(Count("pk", filter=Q(reason=reason)), **alike)
            for reason in Reason.values
        },
        harm=F("reports") * Cast(uses, BigIntegerField()),
    ).filter(place=1)


def reasons_of(report: Any) -> list[tuple[str, int]]:
    """(label, reports) of a row of `by_question`, the most frequent first."""
    found = ((reason.label, getattr(report, f"{reason}_reports")) for reason in Reason)
    return sorted((row for row in found if row[1]), key=lambda row: -row[1])


def counts() -> dict[str, int]:
    """How many reports are open and accepted, and of how many questions. Uses: report_waiting."""
    return ProblemReport.objects.filter(state__in=WAITING).aggregate(
        **{
            f"{state}{name}": Count(what, filter=Q(state=state), distinct=bool(name))
            for state in WAITING
            for what, name in (("pk", ""), ("question", "_questions"))
        }
    )


def reports_of(question: Question) -> QuerySet[ProblemReport]:
    """All of them: the waiting ones first, then the newest."""
    return (
        ProblemReport.objects.filter(question=question)
        .select_related("revision", "fixed_by", "reviewer")
        .annotate(waits=Q(state__in=WAITING))
        .order_by("-waits", "-pk")
    )


def waiting_reports(question: Question) -> QuerySet[ProblemReport]:
    return ProblemReport.objects.filter(question=question, state__in=WAITING)


def possible_fixes(question: Question) -> QuerySet[QuestionRevision]:
    """Revisions later than one that a waiting report met, the newest first."""
    met = waiting_reports(question).order_by("revision__number")
    return question.revisions.filter(number__gt=met.values("revision__number")[:1])


def waiting_line(question: Question) -> dict[str, Any] | None:
    """For the question's own page: how many reports wait there, and the newest one's key."""
    found = waiting_reports(question).order_by("-pk").values_list("pk", "state")
    states = list(found)
    if not states:
        return None
    opened = sum(state == ReportState.OPEN for _, state in states)
    return {"open": opened, "accepted": len(states) - opened, "newest": states[0][0]}
