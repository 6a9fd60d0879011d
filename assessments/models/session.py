"""One attempt at the assessment; the newest and best completed one counts on the boards."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now

from assessments.models.choices import (
    CareerLevel,
    Confidence,
    LightningDifficulty,
    SessionStatus,
    Tier,
)
from assessments.models.member import Member
from ops.constraints import (
    at_most,
    between,
    in_era,
    known_or_null,
    one_of,
    plain_json,
    secure_address,
    sound,
)
from ops.indexes import LongNamedGinIndex, LongNamedIndex
from ops.keys import TimeOrdered

# A completed attempt stays completed.
STATUS_FLOW = [
    (SessionStatus.IN_PROGRESS.value, SessionStatus.COMPLETED.value),
    (SessionStatus.IN_PROGRESS.value, SessionStatus.ABANDONED.value),
    (SessionStatus.ABANDONED.value, SessionStatus.IN_PROGRESS.value),
]


def category_score(category: str) -> models.GeneratedField:
    """0 to 100, from either shape of `category_scores`: a number, or an object's "overall"."""
    return models.GeneratedField(
        expression=Func("category_scores", Value(category), function="public.category_score"),
        output_field=models.IntegerField(),
        db_persist=True,
    )


class AssessmentSession(TimeOrdered):
    user = models.ForeignKey(Member, models.PROTECT, db_index=False, related_name="sessions")
    status = models.TextField(
        choices=SessionStatus, default=SessionStatus.IN_PROGRESS, db_default="in_progress"
    )
    current_section = models.TextField(blank=True, default="", db_default="")
    current_question_index = models.PositiveIntegerField(default=0, db_default=0)
    interview_transcript = models.JSONField(blank=True, default=list, db_default=Value("[]"))
    started_at = models.DateTimeField(db_default=Now())
    completed_at = models.DateTimeField(null=True, blank=True)
    last_activity_at = models.DateTimeField(db_default=Now())
    overall_score = models.IntegerField(null=True, blank=True)
    dimensions = models.JSONField(null=True, blank=True)
    category_scores = models.JSONField(null=True, blank=True)
    technical_score = category_score("technical")
    emotional_score = category_score("emotional")
    creative_score = category_score("creative")
    archetype = models.TextField(null=True, blank=True)
    archetype_confidence = models.TextField(choices=Confidence, null=True, blank=True)
    tier = models.TextField(choices=Tier, null=True, blank=True)
    flags = models.JSONField(null=True, blank=True)
    recommendation = models.TextField(null=True, blank=True)
    personality_type = models.TextField(null=True, blank=True)
    badges = ArrayField(models.TextField(), null=True, blank=True)
    best_fit_roles = ArrayField(models.TextField(), null=True, blank=True)
    public_summary = models.TextField(null=True, blank=True)
    is_published = models.BooleanField(default=False, db_default=False)
    career_level = models.TextField(choices=CareerLevel, null=True, blank=True)
    years_experience = models.IntegerField(null=True, blank=True)
    self_description = models.TextField(null=True, blank=True)
    video_url = models.TextField(null=True, blank=True)
    # A copy: unique in public_profiles.
    profile_slug = models.TextField(null=True, blank=True)
    lightning_round_score = models.IntegerField(null=True, blank=True)
    lightning_round_difficulty = models.TextField(
        choices=LightningDifficulty, null=True, blank=True
    )
    lightning_round_completed_at = models.DateTimeField(null=True, blank=True)
    absurdist_questions_answered = models.IntegerField(
        null=True, blank=True, default=0, db_default=0
    )
    analyzed_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(editable=False, db_default=Now())

    class Meta:
        db_table = "cs_assessment_sessions"
        verbose_name = "assessment session"
        ordering = ("-id",)
        constraints = (
            one_of("status", SessionStatus, name="session_status_is_known"),
            known_or_null("archetype_confidence", Confidence, name="session_confidence_is_known"),
            known_or_null("tier", Tier, name="session_tier_is_known"),
            known_or_null("career_level", CareerLevel, name="session_career_level_is_known"),
            known_or_null(
                "lightning_round_difficulty",
                LightningDifficulty,
                name="session_lightning_difficulty_is_known",
            ),
            between("overall_score", 0, 100, name="session_score_is_percent"),
            between("lightning_round_score", 0, 100, name="session_lightning_score_is_percent"),
            between("years_experience", 0, 80, name="session_years_are_a_life"),
            between("absurdist_questions_answered", 0, 10_000, name="session_absurdist_count"),
            models.CheckConstraint(
                condition=Q(status=SessionStatus.COMPLETED, completed_at__isnull=False)
                | ~Q(status=SessionStatus.COMPLETED) & Q(completed_at__isnull=True),
                name="completed_session_says_when",
            ),
            models.CheckConstraint(
                condition=Q(completed_at__gte=F("started_at")), name="session_finishes_after_start"
            ),
            sound(
                "dimensions",
                "public.dimensions_are_sound",
                name="session_dimensions_are_sound",
                message="Dimensions are an object of the twelve known ones, each 0 to 100.",
            ),
            sound(
                "category_scores",
                "public.category_scores_are_sound",
                name="session_category_scores_are_sound",
                message='Category scores are 0 to 100, plain or as {"overall": …}.',
            ),
            plain_json("interview_transcript", 1_000_000, name="session_transcript_is_plain"),
            at_most("current_section", 200, name="session_section_is_short"),
            in_era("last_activity_at", name="session_is_of_our_era"),
            at_most("self_description", 5_000, name="session_description_is_short"),
            at_most("public_summary", 5_000, name="session_summary_is_short"),
            secure_address("video_url", name="session_video_is_secure"),
            at_most("video_url", 2_000, name="session_video_is_short"),
        )
        # All but one under the names of seed 000.
        indexes = (
            LongNamedIndex(fields=("user",), name="idx_cs_assessment_sessions_user_id"),
            LongNamedIndex(fields=("status",), name="idx_cs_assessment_sessions_status"),
            LongNamedIndex(fields=("-started_at",), name="idx_cs_assessment_sessions_started_at"),
            LongNamedIndex(
                fields=("-completed_at",),
                name="idx_cs_assessment_sessions_completed",
                condition=Q(completed_at__isnull=False),
            ),
            # A member's completed attempts, newest first.
            LongNamedIndex(
                fields=("user", "status", "-completed_at"),
                name="idx_cs_assessment_sessions_user_status_completed",
            ),
            # badges @> ARRAY['…']; = ANY does not use it.
            LongNamedGinIndex(fields=("badges",), name="idx_cs_assessment_sessions_badges"),
            LongNamedIndex(
                fields=("career_level",), name="idx_cs_assessment_sessions_career_level"
            ),
            LongNamedGinIndex(
                fields=("category_scores",), name="idx_cs_assessment_sessions_category_scores"
            ),
            LongNamedIndex(
                fields=("profile_slug",), name="idx_cs_assessment_sessions_profile_slug"
            ),
            LongNamedIndex(
                fields=("is_published", "-completed_at"),
                name="idx_cs_assessment_sessions_published",
                condition=Q(is_published=True),
            ),
            # Of our list: its filter, and the archetypes that there are.
            models.Index(fields=("archetype", "-id"), name="session_by_archetype"),
            models.Index(fields=("technical_score",), name="idx_technical_score"),
            models.Index(fields=("emotional_score",), name="idx_emotional_score"),
            models.Index(fields=("creative_score",), name="idx_creative_score"),
        )
        triggers = (
            pgtrigger.FSM(name="status_flow", field="status", transitions=STATUS_FLOW),
            pgtrigger.ReadOnly(name="session_stays_with_its_member", fields=["user"]),
            pgtrigger.Trigger(
                name="say_when",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="NEW.updated_at := pg_catalog.now(); RETURN NEW;",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.status}"
