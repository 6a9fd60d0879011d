"""Decisions on reports of one question: one of them, or all at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from ops.audit import record
from quizbank.actions import Refused
from quizbank.models import ProblemReport, Question, QuestionRevision
from quizbank.models.report import FLOW, ReportState

# Past tense of each decision, and its name in the action log.
VERBS = {
    ReportState.ACCEPTED: ("accepted", "accept_reports"),
    ReportState.REJECTED: ("rejected", "reject_reports"),
    ReportState.FIXED: ("marked as fixed", "fix_reports"),
}


@transaction.atomic
def accept_reports(
    *, question: Question, reports: Collection[UUID], user: User, answer: str = ""
) -> str:
    """They are right, and wait for a fix."""
    state = ReportState.ACCEPTED
    return decide(state, question, locked(question, reports), user, {"admin_comment": answer})


@transaction.atomic
def reject_reports(
    *, question: Question, reports: Collection[UUID], user: User, answer: str
) -> str:
    """`answer` says to the learner why the question stays as it is."""
    if not answer:
        raise Refused("Tell the learner why: a rejection needs an answer.")
    state = ReportState.REJECTED
    return decide(state, question, locked(question, reports), user, {"admin_comment": answer})


@transaction.atomic
def mark_fixed(
    *,
    question: Question,
    reports: Collection[UUID],
    revision: QuestionRevision,
    user: User,
    answer: str = "",
) -> str:
    """By a published revision; reports that met this one or a later one stay as they are.

    Without an answer an earlier one stays.
    """
    rows = locked(question, reports)
    met = dict(
        QuestionRevision.objects.filter(pk__in=[row.revision_id for row in rows]).values_list(
            "pk", "number"
        )
    )
    earlier = [row for row in rows if met[row.revision_id] < revision.number]
    if rows and not earlier:
        raise Refused(f"These reports were made after revision {revision.number}.")
    values = {"fixed_by": revision} | ({"admin_comment": answer} if answer else {})
    done = decide(ReportState.FIXED, question, earlier, user, values)
    kept = len(rows) - len(earlier)
    return f"{done} {kept:,} met revision {revision.number} or a later one." if kept else done


def locked(question: Question, reports: Collection[UUID]) -> list[ProblemReport]:
    if not reports:
        raise Refused("Choose at least one report.")
    chosen = ProblemReport.objects.filter(question=question, pk__in=reports)
    return list(chosen.select_for_update(no_key=True, of=("self",)).order_by("pk"))


def decide(
    state: ReportState,
    question: Question,
    rows: Sequence[ProblemReport],
    user: User,
    values: dict[str, Any],
) -> str:
    """What somebody else decided meanwhile stays, and is told."""
    free = [row for row in rows if (row.state, state.value) in FLOW]
    taken = [row for row in rows if row not in free]
    if not free:
        raise Refused(told(taken) or "These reports are gone: their members were erased.")
    verb, action = VERBS[state]
    ProblemReport.objects.filter(pk__in=[row.pk for row in free]).update(
        state=state, reviewer=user, resolved_at=timezone.now(), **values
    )
    done = f"{counted(len(free))} {verb}."
    record(
        action=action,
        entity=question,
        details={
            "label": str(question),
            "reports": [str(row.pk) for row in free],
            "answer": values.get("admin_comment", ""),
            "outcome": done,
        },
        actor=user,
    )
    return f"{done} {told(taken)}".strip()


def told(rows: Sequence[ProblemReport]) -> str:
    """Of the last decision on them."""
    if not rows:
        return ""
    last = max(rows, key=lambda row: row.resolved_at or row.created_at)
    who = last.reviewer.get_username() if last.reviewer else "somebody"
    return f"{counted(len(rows))} {last.get_state_display().lower()} before, by {who}."


def counted(number: int) -> str:
    return f"{number:,} report{'' if number == 1 else 's'}"
