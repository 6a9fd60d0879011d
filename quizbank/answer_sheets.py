"""What learners gave, in words: beside the revision that they met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from assessments.models import Member
from quizbank.models import Answer, AnyQuizSession, QuestionRevision
from quizbank.models.answer import AnswerStatus
from quizbank.rendering import one_line

TYPED = ("short_answer", "numeric")


@dataclass(frozen=True)
class Line:
    """A question of a session, by its place; `state` is one of `STATES`."""

    number: int
    question_id: UUID
    revision: QuestionRevision | None
    answer: Answer | None
    state: str
    given: str
    right: str

    @property
    def stem(self) -> str:
        return (
            one_line(self.revision.content["stem"]) if self.revision else "This revision is gone."
        )

    @property
    def seconds(self) -> float | None:
        return seconds_of(self.answer) if self.answer else None


def result_of(answer: Answer | None) -> str:
    if answer is None:
        return "Not answered"
    if answer.status == AnswerStatus.SKIPPED:
        return "Skipped"
    return "Right" if answer.is_correct else "Wrong"


def seconds_of(answer: Answer) -> float | None:
    return None if answer.time_ms is None else answer.time_ms / 1000


def given_of(answer: Answer | None, revision: QuestionRevision | None) -> str:
    """What was typed, or the texts of the choices."""
    if answer is None:
        return ""
    if answer.given_text is not None:
        return answer.given_text
    if revision is None or not answer.choice_ids:
        return ""
    if revision.content["kind"] in TYPED:
        return ""
    texts = {row["id"]: row["text"] for row in revision.content["choices"]}
    return " · ".join(texts.get(key, f"choice {key}") for key in answer.choice_ids)


def right_of(revision: QuestionRevision | None) -> str:
    if revision is None:
        return ""
    return " · ".join(row["text"] for row in revision.content["choices"] if row["is_correct"])


def sheet_of(session: AnyQuizSession) -> list[Line]:
    """In the order in which its questions were drawn; two queries."""
    # Uses index: the key of answers, in the partition of the session.
    answers = {row.question_id: row for row in Answer.objects.filter(session_id=session.pk)}
    revisions = QuestionRevision.objects.in_bulk(session.revision_ids)
    pairs = zip(session.question_ids, session.revision_ids, strict=True)
    return [
        line_of(number, question, revisions.get(revision), answers.get(question))
        for number, (question, revision) in enumerate(pairs, start=1)
    ]


def line_of(
    number: int, question: UUID, revision: QuestionRevision | None, answer: Answer | None
) -> Line:
    return Line(
        number,
        question,
        revision,
        answer,
        result_of(answer),
        given_of(answer, revision),
        right_of(revision),
    )


def names_of(members: Iterable[UUID], user: Any) -> dict[UUID, str]:
    """For who may see members; the others know them by the end of the id."""
    keys = set(members)
    if not user.has_perm("assessments.view_member"):
        return {}
    return dict(Member.objects.filter(pk__in=keys).values_list("pk", "display_name"))


def short(key: UUID) -> str:
    """The end of an id tells members apart, who joined in the same moment too."""
    return f"…{str(key)[-8:]}"


def moments_of(session: AnyQuizSession) -> list[tuple[Any, str]]:
    """(when, what) of the session's life, as its row tells it; in order of time."""
    known = [
        (session.started_at, "Started"),
        (session.paused_at, "Paused"),
        (session.last_activity_at, "Last activity"),
        (session.completed_at, "Completed"),
    ]
    return sorted([(at, what) for at, what in known if at], key=lambda moment: moment[0])
