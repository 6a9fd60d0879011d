"""The page that a member opted in to show, under moderation.

Visible to the public = opted in, published, and of an active member: `is_public`, which the
database computes and its policies ask. The trigger `derive_profile` keeps version, copies of the
session, and edits of what is live, which wait in `pending_revision`.
"""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import validate_email
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Length, Lower, Now, Upper
from django.urls import reverse

from assessments.models.choices import STATE_FLOW, CareerLevel, State
from assessments.models.member import Member
from assessments.querysets import ProfileQuerySet
from ops.constraints import at_most, between, one_of, secure_address, visible
from ops.events import history_indexes, trackers
from ops.indexes import LongNamedGinIndex, LongNamedIndex

# An edit of these on an approved profile waits for a moderator. Their characters at most.
LONGEST = {
    "name": 120,
    "profile_slug": 80,
    "self_description": 5_000,
    "public_summary": 5_000,
    "video_url": 2_000,
}
REVIEWED = tuple(LONGEST)
# With an approved snapshot, which edits leave alone.
APPROVED = (State.PUBLISHED, State.HIDDEN, State.APPEALED)
# Numbers that summaries share when they are nearly the same.
SUMMARY_MARKS = Func(
    "public_summary",
    function="public.text_marks",
    output_field=ArrayField(models.IntegerField()),
)
# Without the number that makes a slug unique: john-smith of john-smith-12.
SLUG_STEM = Func("profile_slug", Value("-[0-9]+$"), Value(""), function="regexp_replace")


def short_edit(field: str, characters: int) -> models.CheckConstraint:
    """An edit that waits could be approved: its text is no longer than the column's may be."""
    length = Length(KeyTextTransform(field, "pending_revision"))
    label = field.replace("_", " ").capitalize()
    return models.CheckConstraint(
        condition=Q(models.lookups.LessThanOrEqual(length, characters)),
        name=f"revision_{field}_is_short",
        violation_error_message=f"{label} has {characters:,} characters at most.",
    )


class PublicProfile(models.Model):
    user = models.OneToOneField(
        Member, models.PROTECT, primary_key=True, related_name="public_profile"
    )
    # Points into partitions, hence without a constraint; a trigger checks it when it is set.
    session = models.ForeignKey(
        "assessments.AssessmentSession",
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    opted_in = models.BooleanField(default=False, db_default=False)
    profile_slug = models.TextField("slug")
    name = models.TextField()
    email = models.TextField("e-mail", null=True, blank=True, validators=[validate_email])
    career_level = models.TextField(choices=CareerLevel)
    years_experience = models.IntegerField()
    self_description = models.TextField(null=True, blank=True)
    personality_type = models.TextField(null=True, blank=True)
    archetype = models.TextField(null=True, blank=True)
    badges = ArrayField(models.TextField(), null=True, blank=True)
    best_fit_roles = ArrayField(models.TextField(), null=True, blank=True)
    public_summary = models.TextField(null=True, blank=True)
    video_url = models.TextField(null=True, blank=True)
    show_scores = models.BooleanField(default=False, db_default=False)
    overall_score = models.IntegerField(null=True, blank=True)
    category_scores = models.JSONField(null=True, blank=True)
    state = models.TextField(choices=State, default=State.DRAFT, db_default="draft")
    submitted_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(editable=False, db_default=Now())
    # Who took the last decision, by the trigger remember_decider; as in its event, an account that
    # may be gone.
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        editable=False,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    # Rises with every change but a claim: who decides names the version that they saw.
    version = models.PositiveBigIntegerField(editable=False, db_default=1)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    # Column → the value that waits; the columns themselves stay as approved.
    pending_revision = models.JSONField(null=True, blank=True)
    revised_at = models.DateTimeField(null=True, blank=True)
    # A copy of the member's, kept by triggers.
    member_is_active = models.BooleanField(editable=False, db_default=True)
    is_public = models.GeneratedField(
        expression=Case(
            When(opted_in=True, state="published", member_is_active=True, then=Value(True)),
            default=Value(False),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects = ProfileQuerySet.as_manager()

    class Meta:
        db_table = "public_profiles"
        verbose_name = "public profile"
        # By the column: "user" would be by the member's name.
        ordering = ("-updated_at", "user_id")
        permissions = (
            ("moderate_publicprofile", "Can decide on public profiles"),
            ("export_publicprofile", "Can export public profiles"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("profile_slug",),
                name="public_profiles_profile_slug_key",
                violation_error_message="This slug is taken.",
            ),
            models.CheckConstraint(
                condition=Q(profile_slug__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$"),
                name="profile_slug_is_plain",
                violation_error_message="A slug has small letters, digits and single hyphens.",
            ),
            *(short_edit(field, characters) for field, characters in LONGEST.items()),
            at_most("profile_slug", LONGEST["profile_slug"], name="profile_slug_is_short"),
            visible("name", name="profile_has_name"),
            visible("pending_revision__name", name="revision_has_name"),
            at_most("name", LONGEST["name"], name="profile_name_is_short"),
            at_most(
                "self_description", LONGEST["self_description"], name="profile_description_is_short"
            ),
            at_most("public_summary", LONGEST["public_summary"], name="profile_summary_is_short"),
            secure_address("video_url", name="profile_video_is_secure"),
            at_most("video_url", LONGEST["video_url"], name="profile_video_is_short"),
            at_most("email", 320, name="profile_email_is_short"),
            one_of("career_level", CareerLevel, name="profile_career_level_is_known"),
            one_of("state", State, name="profile_state_is_known"),
            between("years_experience", 0, 80, name="profile_years_are_a_life"),
            between("overall_score", 0, 100, name="profile_score_is_percent"),
            models.CheckConstraint(
                condition=Q(show_scores=True)
                | Q(overall_score__isnull=True, category_scores__isnull=True),
                name="scores_only_where_shown",
            ),
            models.CheckConstraint(
                condition=Q(opted_in=True) | Q(state=State.DRAFT),
                name="only_a_draft_is_not_opted_in",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.PUBLISHED) | Q(published_at__isnull=False),
                name="published_profile_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.PENDING) | Q(submitted_at__isnull=False),
                name="pending_profile_says_since_when",
            ),
            models.CheckConstraint(
                condition=Q(pending_revision__isnull=True)
                | Q(state__in=APPROVED, revised_at__isnull=False),
                name="revision_waits_beside_what_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(claimed_until__isnull=False) | Q(claimed_by__isnull=True),
                name="claim_expires",
            ),
        )
        indexes = (
            # Under the names of seed 000.
            LongNamedIndex(fields=("career_level",), name="idx_public_profiles_career_level"),
            LongNamedGinIndex(fields=("badges",), name="idx_public_profiles_badges"),
            LongNamedIndex(fields=("-published_at",), name="idx_public_profiles_published_at"),
            LongNamedIndex(fields=("archetype",), name="idx_public_profiles_archetype"),
            # The queue; partial: few rows of many.
            models.Index(
                fields=("submitted_at", "user"),
                name="profile_queue",
                condition=Q(state__in=(State.PENDING, State.APPEALED)),
            ),
            models.Index(
                fields=("revised_at", "user"),
                name="profile_revisions",
                condition=Q(pending_revision__isnull=False),
            ),
            # The public list, newest first: all of it, or by career level or archetype.
            models.Index(
                fields=("-published_at", "-profile_slug"),
                name="profile_public",
                condition=Q(is_public=True),
            ),
            models.Index(
                fields=("career_level", "-published_at", "-profile_slug"),
                name="profile_public_by_level",
                condition=Q(is_public=True),
            ),
            models.Index(
                fields=("archetype", "-published_at", "-profile_slug"),
                name="profile_public_by_archetype",
                condition=Q(is_public=True),
            ),
            # The moderators' list, in the orders that it offers.
            models.Index(fields=("-updated_at", "user"), name="profile_by_change"),
            models.Index(fields=("state", "-updated_at", "user"), name="profile_by_state"),
            models.Index(fields=("name", "user"), name="profile_by_name"),
            models.Index(
                F("published_at").desc(nulls_last=True), "user", name="profile_by_publication"
            ),
            GinIndex(
                OpClass(Upper("name"), name="gin_trgm_ops"),
                OpClass(Upper("profile_slug"), name="gin_trgm_ops"),
                OpClass(Upper("email"), name="gin_trgm_ops"),
                name="profile_search",
            ),
            # A moderator's claims, to be released.
            models.Index(
                fields=("claimed_by",),
                name="profile_claims",
                condition=Q(claimed_by__isnull=False),
            ),
            # Their decisions, in the order of the moderators' list.
            models.Index(
                fields=("decided_by", "-updated_at", "user"),
                name="profile_by_decider",
                condition=Q(decided_by__isnull=False),
            ),
            # Those that resemble one in the queue: find_similar_profiles.
            models.Index(SLUG_STEM, name="profile_slug_stem"),
            models.Index(Lower("email"), name="profile_email", condition=Q(email__isnull=False)),
            GinIndex(SUMMARY_MARKS, name="profile_summary_marks"),
        )
        triggers = (
            pgtrigger.FSM(name="state_flow", field="state", transitions=STATE_FLOW),
            pgtrigger.ReadOnly(name="profile_stays_with_its_member", fields=["user"]),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Answers 404 unless the profile is public."""
        return reverse("profiles:profile", args=[self.profile_slug])


class ProfileSlug(models.Model):
    """Every slug that a profile has or had: nobody else takes them, and those that were public,
    which a moderator saw, redirect."""

    slug = models.TextField(primary_key=True)
    user = models.ForeignKey(
        PublicProfile, models.CASCADE, db_column="user_id", related_name="slugs"
    )
    since = models.DateTimeField(editable=False, db_default=Now())
    was_public = models.BooleanField(editable=False, default=False, db_default=False)

    class Meta:
        db_table = "profile_slug_history"
        ordering = ("-since",)
        indexes = (
            GinIndex(OpClass(Upper("slug"), name="gin_trgm_ops"), name="profile_slug_search"),
        )

    def __str__(self) -> str:
        return self.slug


@pghistory.track(*trackers(), meta=history_indexes("reserved_word"))
class ReservedWord(models.Model):
    """What no slug may be, or may not have among its words: names of pages, insults."""

    word = models.TextField(primary_key=True)
    anywhere = models.BooleanField(
        default=False, db_default=False, help_text="Refused among other words, too."
    )

    class Meta:
        db_table = "reserved_slug_words"
        ordering = ("word",)
        constraints = (
            models.CheckConstraint(
                condition=Q(word__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$"),
                name="reserved_word_is_a_slug",
                violation_error_message="A word has small letters, digits and single hyphens.",
            ),
        )

    def __str__(self) -> str:
        return self.word
