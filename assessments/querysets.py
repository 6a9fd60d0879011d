"""Named, chainable selections of profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from assessments.models.profile import PublicProfile  # noqa: F401  # forward reference


class ProfileQuerySet(models.QuerySet["PublicProfile"]):
    def public(self) -> Self:
        """Opted in, published, and of an active member."""
        return self.filter(is_public=True)

    def awaiting_decision(self) -> Self:
        """The moderators' queue: submitted, appealed, or with an edit of what was approved.

        Uses index: profile_queue, profile_revisions.
        """
        return self.filter(Q(state__in=("pending", "appealed")) | Q(pending_revision__isnull=False))
