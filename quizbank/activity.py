"""What members do beside answering: study time and interactions, for their pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, timedelta
from uuid import UUID

from django.utils import timezone

from quizbank.models import (
    AnyQuizSession,
    InteractionSummary,
    Question,
    StudySession,
    UserInteraction,
)
from quizbank.rendering import one_line

# What apps call a question and a round of them.
QUESTION, SESSION = "question", "quiz_session"

# On the page of one.
SESSIONS, AROUND, DAYS = 50, 10, 7
# The longest that study time is looked along: what was never ended does not go on for ever.
LONGEST = timedelta(days=1)


def sessions_during(study: StudySession) -> list[AnyQuizSession]:
    """Quiz sessions that the member began in it, the first ones. Uses index: …_of_member."""
    end = study.end_time or min(timezone.now(), study.start_time + LONGEST)
    begun = AnyQuizSession.objects.filter(
        user=study.user_id, started_at__gte=study.start_time, started_at__lte=end
    )
    rows = begun.select_related("exam").defer("question_ids", "revision_ids", "filters")
    return list(rows.order_by("pk")[:SESSIONS])


def interactions_around(interaction: UserInteraction) -> list[UserInteraction]:
    """The member's, newest first: some before it, itself, some after it.

    Uses index: interaction_of_member.
    """
    rows = UserInteraction.objects.filter(user=interaction.user_id)
    later = list(rows.filter(pk__gt=interaction.pk).order_by("pk")[:AROUND])
    earlier = list(rows.filter(pk__lt=interaction.pk).order_by("-pk")[:AROUND])
    return [*reversed(later), interaction, *earlier]


def counted_by_day(interaction: UserInteraction) -> list[InteractionSummary]:
    """How often the member did the same in the days up to it, UTC's. Uses index: the key."""
    day = interaction.created_at.astimezone(UTC).date()
    rows = InteractionSummary.objects.filter(
        user=interaction.user_id,
        action_type=interaction.action_type,
        date__gt=day - timedelta(days=DAYS),
        date__lte=day,
    )
    return list(rows.order_by("-date"))


def name_things(interactions: Iterable[UserInteraction]) -> None:
    """Sets `thing` of each: the stem of a question, else what the app wrote. One query."""
    rows = list(interactions)
    asked = [key_of_thing(row) for row in rows if row.entity_type == QUESTION]
    questions = Question.objects.only("stem").in_bulk([key for key in asked if key])
    for row in rows:
        question = questions.get(key_of_thing(row)) if row.entity_type == QUESTION else None
        row.thing = one_line(question.stem) if question else row.entity_id  # type: ignore[attr-defined]


def key_of_thing(interaction: UserInteraction) -> UUID | None:
    """Any text may stand there."""
    try:
        return UUID(interaction.entity_id)
    except ValueError:
        return None
