"""The moderation queue (issue 4): what a moderator waits for between two profiles; taken back."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from assessments.models import PublicProfile
from assessments.models.choices import Action
from assessments.moderation import waiting
from assessments.moderation.claims import claim_next
from assessments.moderation.deciding import decide
from assessments.moderation.item import item_of
from assessments.moderation.waiting import EVERYTHING
from tests.bench import measuring
from tests.bench.goals.goal import Figure, Goal
from tests.bench.goals.screens import MILLISECONDS, someone
from tests.bench.measuring import figure_of, milliseconds, taken_back

STEPS = ("list", "take", "show", "decide")


@cache
def steps() -> dict[str, Figure]:
    user, spent = someone(), {step: [] for step in STEPS}  # type: ignore[var-annotated]
    with taken_back():
        for _ in range(min(measuring.CALLS, 20)):
            clear_one(user, spent)
    return {step: figure_of(times) for step, times in spent.items()}


def clear_one(user: User, spent: dict[str, Any]) -> None:
    spent["list"].append(milliseconds(partial(show_list, user)))
    spent["take"].append(milliseconds(lambda: claim_next(user=user, wanted=EVERYTHING)))
    key, version = PublicProfile.objects.values_list("pk", "version").get(claimed_by=user)
    spent["show"].append(milliseconds(lambda: item_of(key, user, timezone.now())))
    publish: dict[str, Any] = {"key": key, "action": Action.PUBLISH, "version": version}
    spent["decide"].append(milliseconds(lambda: decide(**publish, user=user)))


def show_list(user: User) -> None:
    now = timezone.now()
    list(waiting.rows(user, EVERYTHING, now, 0))
    waiting.counts(user, EVERYTHING, now)


GOALS = tuple(
    Goal(f"moderation queue, {step}", 4, MILLISECONDS, lambda step=step: steps()[step])  # type: ignore[misc]
    for step in STEPS
)
