"""What happened to a profile under moderation: append-only, one event for each step.

The trigger `check_profile_event` holds what spans several events: one appeal for a decision, judged
by somebody else, and an undo only of the newest event.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Q

from assessments.models.choices import REASONED, REVERSIBLE, STEPS, Action, State
from assessments.models.profile import PublicProfile
from assessments.models.reason import ModerationReason
from ops.constraints import one_of
from ops.keys import TimeOrdered
from ops.triggers import append_only

# What an erasure leaves: some events must have a message.
ERASED = {"message": "(erased)", "private_note": "", "changes": {}}


def known_steps() -> Q:
    """(action, from_state, to_state) is one of STEPS."""
    return reduce(
        or_,
        (
            Q(action=action.value, from_state=before.value, to_state=after.value)
            for action, steps in STEPS.items()
            for before, after in steps
        ),
    )


class ProfileEvent(TimeOrdered):
    # Without a constraint: events outlive a member who is erased; triggers hold the rest of it.
    profile = models.ForeignKey(
        PublicProfile,
        models.PROTECT,
        db_constraint=False,
        db_column="user_id",
        db_index=False,
        related_name="events",
    )
    # The profile's after this event.
    version = models.PositiveBigIntegerField()
    action = models.TextField(choices=Action)
    from_state = models.TextField(choices=State)
    to_state = models.TextField(choices=State)
    # Null for the owner. Without a constraint: events outlive accounts, and keep their names.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    actor_name = models.TextField(blank=True, default="", db_default="")
    reason = models.ForeignKey(
        ModerationReason,
        models.PROTECT,
        null=True,
        blank=True,
        db_column="reason_code",
        db_index=False,
        related_name="+",
    )
    message = models.TextField("text to the owner", blank=True, default="", db_default="")
    private_note = models.TextField(blank=True, default="", db_default="")
    # Field → [before, after], of what the step changed beside the state: of a decision on an edit,
    # with `pending_revision` and `revised_at`.
    changes = models.JSONField(blank=True, default=dict, db_default={})
    batch = models.UUIDField(null=True, blank=True)
    undoes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="undone_by"
    )

    class Meta:
        db_table = "profile_events"
        verbose_name = "profile event"
        ordering = ("-id",)
        constraints = (
            one_of("action", Action, name="profile_event_action_is_known"),
            models.CheckConstraint(condition=known_steps(), name="profile_event_step_is_known"),
            models.CheckConstraint(
                condition=~Q(action__in=REASONED)
                | Q(reason__isnull=False) & ~Q(message__regex=r"^[[:space:]]*$"),
                name="decision_says_why",
                violation_error_message="Choose a reason, and tell the owner in a few words.",
            ),
            models.CheckConstraint(
                condition=Q(action=Action.UNDO, undoes__isnull=False)
                | ~Q(action=Action.UNDO) & Q(undoes__isnull=True),
                name="undo_names_what_it_takes_back",
            ),
            # Of two decisions on the same version, one is told so.
            models.UniqueConstraint(
                fields=("profile", "version"),
                name="one_step_from_a_version",
                violation_error_message="Somebody else decided meanwhile.",
            ),
        )
        indexes = (
            models.Index(fields=("profile", "-id"), name="profile_event_history"),
            models.Index(
                fields=("batch",), name="profile_event_batch", condition=Q(batch__isnull=False)
            ),
            models.Index(fields=("actor", "-id"), name="profile_event_by_actor"),
            models.Index(fields=("action", "-id"), name="profile_event_by_action"),
            # For who deletes a reason.
            models.Index(
                fields=("reason",),
                name="profile_event_by_reason",
                condition=Q(reason__isnull=False),
            ),
            # Who took the last decision on a profile.
            models.Index(
                fields=("profile", "-version"),
                include=("actor",),
                name="profile_event_last_decision",
                condition=Q(actor__isnull=False),
            ),
        )
        triggers = (append_only(erased=ERASED),)

    @property
    def is_on_edit(self) -> bool:
        return self.from_state == self.to_state

    @property
    def can_be_undone(self) -> bool:
        """Unless something happened since."""
        keeps_all = not self.is_on_edit or "pending_revision" in self.changes
        return self.action in REVERSIBLE and keeps_all

    def __str__(self) -> str:
        return f"{self.action}: {self.from_state} → {self.to_state}"
