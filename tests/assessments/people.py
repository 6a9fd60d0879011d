"""Members, sessions and profiles for tests."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from assessments.models import (
    AssessmentSession,
    Member,
    ModerationReason,
    ProfileEvent,
    PublicProfile,
)
from assessments.models.choices import Action, State

# Of what is random in a text that is searched: neither a digit nor a vowel, so that no word that a
# test looks for is found in it by chance.
LETTERS = str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst")


def random_letters() -> str:
    return uuid4().hex.translate(LETTERS)


def make_member(name: str = "Ada Lovelace", **given: Any) -> Member:
    email = f"{random_letters()}@example.org"
    return Member.objects.create(**{"id": uuid4(), "display_name": name, "email": email} | given)


def make_session(member: Member, **given: Any) -> AssessmentSession:
    values = {
        "status": "completed",
        "completed_at": timezone.now(),
        "overall_score": 80,
        "category_scores": {"technical": {"overall": 85}, "emotional": 70, "creative": None},
        "archetype": "explorer",
        "badges": ["ai_prodigy"],
        "best_fit_roles": ["Engineer"],
        "personality_type": "INTJ",
        "started_at": timezone.now(),
    }
    values["completed_at"] = max(values["completed_at"], values["started_at"])
    return AssessmentSession.objects.create(user=member, **values | given)


def make_profile(member: Member, **given: Any) -> PublicProfile:
    values = {
        "profile_slug": f"p-{random_letters()[:12]}",
        "name": member.display_name,
        "email": member.email,
        "career_level": "mid",
        "years_experience": 7,
    }
    return PublicProfile.objects.create(user=member, **values | given)


def make_reason() -> ModerationReason:
    return ModerationReason.objects.get_or_create(
        code="spam", defaults={"label": "Spam", "message": "No advertising, please."}
    )[0]


def step(
    profile: PublicProfile, action: Action, to_state: State, *, actor: Any = None, **given: Any
) -> ProfileEvent:
    """Move the profile in plain SQL, and write the event of it."""
    before = PublicProfile.objects.get(pk=profile.pk).state
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public_profiles SET state = %s, opted_in = %s, submitted_at = now(),"
            " published_at = now() WHERE user_id = %s RETURNING version",
            [to_state, to_state != State.DRAFT, profile.pk],
        )
        (version,) = cursor.fetchone()
    values: dict[str, Any] = {"actor": actor, "actor_name": "mo" if actor else ""}
    if action in ("request_changes", "reject", "hide", "uphold", "overturn"):
        values |= {"reason": make_reason(), "message": "Because."}
    return ProfileEvent.objects.create(
        profile=profile,
        version=version,
        action=action,
        from_state=before,
        to_state=to_state,
        **values | given,
    )


@transaction.atomic
def publish(profile: PublicProfile) -> PublicProfile:
    step(profile, Action.SUBMIT, State.PENDING)
    step(profile, Action.PUBLISH, State.PUBLISHED)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    profile.refresh_from_db()
    return profile
