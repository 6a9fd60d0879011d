"""Enumerations that sessions and profiles share."""

from __future__ import annotations

from django.db import models


class CareerLevel(models.TextChoices):
    ENTRY = "entry", "Entry"
    MID = "mid", "Mid"
    SENIOR_MANAGER = "senior_manager", "Senior or manager"
    DIRECTOR = "director", "Director"
    EXECUTIVE = "executive", "Executive"
    C_LEVEL = "c_level", "C level"


class SessionStatus(models.TextChoices):
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    ABANDONED = "abandoned", "Abandoned"


class Tier(models.TextChoices):
    TOP_1 = "top_1", "Top 1 %"
    BENCHED = "benched", "Benched"
    PASSED = "passed", "Passed"


class Confidence(models.TextChoices):
    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


class LightningDifficulty(models.TextChoices):
    EASY = "easy", "Easy"
    INTERMEDIATE = "intermediate", "Intermediate"
    ADVANCED = "advanced", "Advanced"
    INSANE = "insane", "Insane"


class State(models.TextChoices):
    DRAFT = "draft", "Draft"
    PENDING = "pending", "Pending"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    REJECTED = "rejected", "Rejected"
    PUBLISHED = "published", "Published"
    HIDDEN = "hidden", "Hidden"
    APPEALED = "appealed", "Appealed"


class Action(models.TextChoices):
    SUBMIT = "submit", "Submit"
    PUBLISH = "publish", "Publish"
    REQUEST_CHANGES = "request_changes", "Request changes"
    REJECT = "reject", "Reject"
    HIDE = "hide", "Hide"
    RESTORE = "restore", "Restore"
    APPEAL = "appeal", "Appeal"
    UPHOLD = "uphold", "Uphold"
    OVERTURN = "overturn", "Overturn"
    WITHDRAW = "withdraw", "Withdraw"
    UNDO = "undo", "Undo"


# Action → the steps that it may be; a step from a state to itself decides on a revision.
STEPS: dict[Action, tuple[tuple[State, State], ...]] = {
    Action.SUBMIT: (
        (State.DRAFT, State.PENDING),
        (State.CHANGES_REQUESTED, State.PENDING),
        (State.REJECTED, State.PENDING),
    ),
    Action.PUBLISH: ((State.PENDING, State.PUBLISHED), (State.PUBLISHED, State.PUBLISHED)),
    Action.REQUEST_CHANGES: (
        (State.PENDING, State.CHANGES_REQUESTED),
        (State.PUBLISHED, State.PUBLISHED),
    ),
    Action.REJECT: ((State.PENDING, State.REJECTED), (State.PUBLISHED, State.PUBLISHED)),
    Action.HIDE: ((State.PUBLISHED, State.HIDDEN),),
    Action.RESTORE: ((State.HIDDEN, State.PUBLISHED),),
    Action.APPEAL: ((State.HIDDEN, State.APPEALED), (State.REJECTED, State.APPEALED)),
    Action.UPHOLD: ((State.APPEALED, State.HIDDEN), (State.APPEALED, State.REJECTED)),
    Action.OVERTURN: ((State.APPEALED, State.PUBLISHED),),
    Action.WITHDRAW: tuple((state, State.DRAFT) for state in State if state != State.DRAFT),
}
# Decisions of moderators that an undo may take back; owners take back theirs by withdrawing.
REVERSIBLE = (
    Action.PUBLISH,
    Action.REQUEST_CHANGES,
    Action.REJECT,
    Action.HIDE,
    Action.RESTORE,
    Action.UPHOLD,
    Action.OVERTURN,
)
STEPS[Action.UNDO] = tuple(
    dict.fromkeys((after, before) for action in REVERSIBLE for before, after in STEPS[action])
)
# These say why: a reason code, and a text that the owner may read.
REASONED = (
    Action.REQUEST_CHANGES,
    Action.REJECT,
    Action.HIDE,
    Action.UPHOLD,
    Action.OVERTURN,
)
STATE_FLOW = sorted(
    {
        (before.value, after.value)
        for steps in STEPS.values()
        for before, after in steps
        if before != after
    }
)
