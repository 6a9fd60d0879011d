"""Members who answer, directly and through the stream, and whose apps note what they do."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from assessments.models import Member
from quizbank import intake
from quizbank.intake import Outcome
from tests.faults.deeds import Deed, rows

LENGTH, BATCH = 12, 4
CHOICES = "SELECT question_id, choices FROM public.get_quiz_questions(%s)"
# Nobody has two sessions at a time, and the acknowledgement of one may be lost.
NEWCOMER = "INSERT INTO public.members (id, display_name) VALUES (%s, %s) ON CONFLICT DO NOTHING"


class Answering(Deed):
    """Sessions of a dozen questions, to their end; told that an answer is recorded, it must be."""

    def once(self) -> None:
        member = uuid4()
        self.insist(lambda: rows(NEWCOMER, member, f"Learner {member}"))
        session = self.insist(lambda: self.session_of(member))
        sheet = self.sheet(session)
        for first in range(0, len(sheet), BATCH):
            self.submit(session, member, dict(list(sheet.items())[first : first + BATCH]))
        self.finish(session)

    def session_of(self, member: UUID) -> UUID:
        if found := rows("SELECT id FROM public.quiz_sessions WHERE user_id = %s", member):
            return UUID(str(found[0][0]))
        return intake.start_session(member=member, count=LENGTH).session

    def sheet(self, session: UUID) -> dict[UUID, int]:
        """Question → the choice that is made, of those that have any."""
        found: list[Any] = self.insist(lambda: rows(CHOICES, session))
        offered = {key: json.loads(choices) for key, choices in found}
        return {k: self.chance.choice(each)["id"] for k, each in offered.items() if each}

    def submit(self, session: UUID, member: UUID, sheet: dict[UUID, int]) -> None:
        outcomes = self.insist(lambda: self.hand_in(session, member, sheet))
        self.note(session, sheet, outcomes, self.book.answers)

    def hand_in(self, session: UUID, member: UUID, sheet: dict[UUID, int]) -> list[Outcome]:
        return intake.submit_answers(session=session, member=member, answers=answers_of(sheet))

    def note(
        self,
        session: UUID,
        sheet: dict[UUID, int],
        outcomes: list[Outcome],
        kept: dict[tuple[UUID, UUID], int],
    ) -> None:
        with self.book.open():
            for outcome in outcomes:
                key = UUID(str(outcome.question_id))
                if outcome.outcome == "refused":
                    self.book.object_to("An answer was refused:", outcome.reason)
                elif outcome.outcome == "queued":
                    self.book.queued[session, key] = sheet[key]
                else:
                    kept[session, key] = sheet[key]

    def finish(self, session: UUID) -> None:
        score = self.insist(lambda: intake.complete_session(session=session))
        self.book.scores[session] = float(score)


class Streaming(Answering):
    """The same through Redis, or directly while that is away; the session stays open."""

    def hand_in(self, session: UUID, member: UUID, sheet: dict[UUID, int]) -> list[Outcome]:
        return intake.queue_answers(session=session, member=member, answers=answers_of(sheet))

    def finish(self, session: UUID) -> None:
        pass


def answers_of(sheet: dict[UUID, int]) -> list[dict[str, Any]]:
    return [
        {"question_id": str(key), "choices": [choice], "time_ms": 4_000}
        for key, choice in sheet.items()
    ]


NOTE = """
    INSERT INTO public.user_interactions (id, user_id, action_type)
    SELECT id, %s, 'question_viewed' FROM unnest(%s::uuid[]) AS id
    ON CONFLICT DO NOTHING
"""


class Interacting(Deed):
    """An app that makes the ids itself, so that it may send them again."""

    def prepare(self) -> None:
        self.members = list(Member.objects.order_by("pk").values_list("pk", flat=True)[:20])

    def once(self) -> None:
        member, keys = self.chance.choice(self.members), [uuid7() for _ in range(20)]
        self.insist(lambda: rows(NOTE, member, keys))
        with self.book.open() as book:
            book.interactions.update(keys)
