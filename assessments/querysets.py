"""Named, chainable selections of profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Func, OuterRef, Q
from django.db.models.functions import JSONObject

if TYPE_CHECKING:
    from assessments.models.profile import PublicProfile  # noqa: F401  # forward reference


class ProfileQuerySet(models.QuerySet["PublicProfile"]):
    def public(self) -> Self:
        """Opted in, published, and of an active member."""
        return self.filter(is_public=True)

    def as_shown(self) -> Self:
        """With `catalogue`, the entries of its badges: what `public.public_view` needs besides."""
        badges = apps.get_model("assessments", "Badge")._default_manager
        is_held = Func(
            F("code"),
            OuterRef("badges"),
            template="%(expressions)s)",
            arg_joiner=" = ANY (",
            output_field=models.BooleanField(),
        )
        entry = JSONObject(code="code", label="label", description="description")
        held = badges.filter(is_held).order_by().values_list(entry)
        return self.annotate(catalogue=ArraySubquery(held))

    def awaiting_decision(self) -> Self:
        """The moderators' queue: submitted, appealed, or with an edit of what was approved.

        Uses index: profile_queue, profile_revisions.
        """
        return self.filter(Q(state__in=("pending", "appealed")) | Q(pending_revision__isnull=False))
