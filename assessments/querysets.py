"""Named, chainable selections of members, profiles and the boards' rows."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import JSONObject
from django.db.models.lookups import GreaterThan, LessThan

# Columns that `steward_anon` may read, but for the member's id, which no page shows.
PUBLIC_COLUMNS = (
    "profile_slug",
    "name",
    "career_level",
    "years_experience",
    "self_description",
    "personality_type",
    "archetype",
    "badges",
    "best_fit_roles",
    "public_summary",
    "video_url",
    "show_scores",
    "overall_score",
    "category_scores",
    "published_at",
)
# So many profiles are found by slugs that they had.
OLD_SLUGS = 1_000

if TYPE_CHECKING:
    from assessments.models.leaderboard import Dimension, LeaderboardRow
    from assessments.models.member import Member  # noqa: F401  # forward reference
    from assessments.models.profile import PublicProfile  # noqa: F401  # forward reference

WORDS = 6
# A trigram index finds nothing within shorter ones: they begin a word.
SHORT = 3
# Up to FEW rows are put in order by their ids. More are looked for: a lower limit would make the
# planner read the whole table.
FEW, LOOKED_FOR = 2_000, 10_000


class MemberQuerySet(models.QuerySet["Member"]):
    def matching(self, text: str) -> Self:
        """By id, or by each word: any part of the name or the e-mail.

        Uses index: member_name_trigram, member_email_trigram (BitmapOr).
        """
        if key := key_in(text):
            return self.filter(pk=key)
        found = self
        for word in text.replace("\0", "").split()[:WORDS]:
            found = found.filter(within("display_name", word) | within("email", word))
        return found

    def resolved(self) -> Self:
        """The same, by their ids where they are no more than FEW.

        The planner takes rare words for common ones, and would read everybody in the order of the
        list in search of them.
        """
        ids = list(self.order_by().values_list("pk", flat=True)[:LOOKED_FOR])
        few = type(self)(self.model, using=self.db)
        return self if len(ids) > FEW else few.filter(pk__in=ids)

    def recently_seen(self) -> Self:
        # Uses index: member_by_last_seen, backwards.
        return self.order_by(F("last_seen_at").desc(nulls_last=True), "-id")


def within(field: str, word: str) -> Q:
    if len(word) >= SHORT:
        return Q((f"{field}__icontains", word))
    return Q((f"{field}__istartswith", word)) | Q((f"{field}__icontains", f" {word}"))


def key_in(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


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

    def at_slug(self, slug: str) -> Self:
        """Whose slug this is or was in public: at most one."""
        return self.filter(slugs__slug=slug, slugs__was_public=True).order_by()

    def newest(self) -> Self:
        """Uses index: profile_public, profile_public_by_level, profile_public_by_archetype."""
        return self.order_by("-published_at", "-profile_slug")

    def after(self, moment: datetime, slug: str) -> Self:
        """What comes behind that place of `newest`."""
        behind = Q(published_at__lt=moment) | Q(published_at=moment, profile_slug__lt=slug)
        # The first condition is for the index.
        return self.filter(behind, published_at__lte=moment)

    def awaiting_decision(self) -> Self:
        """The moderators' queue: submitted, appealed, or with an edit of what is published.

        An edit of what is hidden waits until it is restored, or an appeal was judged.

        Uses index: profile_queue, profile_revisions.
        """
        edited = Q(pending_revision__isnull=False, state="published")
        return self.filter(Q(state__in=("pending", "appealed")) | edited)

    def waiting_in_order(self) -> tuple[Self, Self]:
        """What was submitted and what was edited, for counting no further than a slice goes. In the
        order of the indexes: where many wait, the planner would rather read the table until it has
        met so many.

        Uses index: profile_queue, profile_revisions.
        """
        submitted = self.filter(state__in=("pending", "appealed"))
        edited = self.filter(pending_revision__isnull=False, state="published")
        return submitted.order_by("submitted_at", "user_id"), edited.order_by(
            "revised_at", "user_id"
        )

    def with_decider(self) -> Self:
        """`decider`: the login name of who took the last decision; None before the first.

        Uses index: profile_event_last_decision.
        """
        return self.annotate(decider=Subquery(decisions().values("actor_name")[:1]))

    def matching(self, text: str) -> Self:
        """Each word is in the name, the e-mail, or a slug of now or before; or it is their id.

        Uses index: profile_search (BitmapOr), profile_slug_search.
        """
        if key := key_in(text):
            return self.filter(pk=key)
        found = self
        for word in text.replace("\0", "").split()[:WORDS]:
            now = within("name", word) | within("email", word) | within("profile_slug", word)
            found = found.filter(now | Q(pk__in=had_slug(word)))
        return found


def had_slug(word: str) -> list[UUID]:
    """Profiles that have another slug now. Read first: a subquery within OR reads every row."""
    slugs = apps.get_model("assessments", "ProfileSlug")._default_manager
    past = slugs.filter(within("slug", word)).exclude(slug=F("user__profile_slug"))
    return list(past.order_by().values_list("user", flat=True)[:OLD_SLUGS])


def decisions() -> models.QuerySet[models.Model]:
    """Of moderators on the profile of the outer query, newest first."""
    events = apps.get_model("assessments", "ProfileEvent")._default_manager
    return events.filter(profile=OuterRef("pk"), actor__isnull=False).order_by("-version")


class LeaderboardQuerySet(models.QuerySet["LeaderboardRow"]):
    def ranked(self, dimension: Dimension) -> Self:
        """Who has a rank, in the order of the board: of a tie, the earlier completion first.

        Uses index: idx_leaderboard_<dimension>_rank.
        """
        has_rank = self.filter(**{f"{dimension.behind}__isnull": False})
        # "user" would mean the order of members, which is by name.
        return has_rank.order_by(dimension.behind, "completed_at", "user_id")

    def with_ties(self, dimension: Dimension) -> Self:
        """`tied`: somebody else has the same rank, be they on this page or not."""
        return self.annotate(tied=Q(**{f"{dimension.members}__gt": 1}))

    def after(self, row: LeaderboardRow, dimension: Dimension) -> Self:
        return self.filter(GreaterThan(place_columns(dimension), place_of(row, dimension)))

    def before(self, row: LeaderboardRow, dimension: Dimension) -> Self:
        return self.filter(LessThan(place_columns(dimension), place_of(row, dimension)))


def place_columns(dimension: Dimension) -> Func:
    """As one value: only so does PostgreSQL start reading the index at a place."""
    names = (dimension.behind, "completed_at", "user")
    return Func(*(F(name) for name in names), function="ROW", output_field=models.TextField())


def place_of(row: LeaderboardRow, dimension: Dimension) -> Func:
    parts = (
        Value(getattr(row, dimension.behind), models.IntegerField()),
        Value(row.completed_at, models.DateTimeField()),
        Value(row.user_id, models.UUIDField()),
    )
    return Func(*parts, function="ROW", output_field=models.TextField())
