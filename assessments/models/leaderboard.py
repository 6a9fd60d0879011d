"""The boards: a row a member, ranked in five dimensions; kept by the refresh, edited by nobody."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from assessments.models.member import Member
from assessments.querysets import LeaderboardQuerySet


class Dimension(models.TextChoices):
    OVERALL = "overall", "Overall"
    TECHNICAL = "technical", "Technical"
    EMOTIONAL = "emotional", "Emotional"
    CREATIVE = "creative", "Creative"
    LIGHTNING = "lightning", "Lightning round"

    @property
    def rank(self) -> str:
        """The column."""
        return f"{self.value}_rank"

    @property
    def score(self) -> str:
        """The column; 0 to 100."""
        is_lightning = self is Dimension.LIGHTNING
        return "lightning_round_score" if is_lightning else f"{self.value}_score"


def rank() -> models.PositiveBigIntegerField[int | None, int | None]:
    """Equal scores share it, and the next rank is as far off as they are many."""
    return models.PositiveBigIntegerField(null=True)


class LeaderboardRow(models.Model):
    """A row of the materialized view: the best completed attempt of an active member."""

    user = models.OneToOneField(
        Member, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="standing"
    )
    session_id = models.UUIDField()
    archetype = models.TextField(null=True)
    career_level = models.TextField(null=True)
    overall_score = models.IntegerField()
    dimensions = models.JSONField(null=True)
    category_scores = models.JSONField(null=True)
    badges = ArrayField(models.TextField(), null=True)
    technical_score = models.IntegerField(null=True)
    emotional_score = models.IntegerField(null=True)
    creative_score = models.IntegerField(null=True)
    lightning_round_score = models.IntegerField(null=True)
    completed_at = models.DateTimeField()
    overall_rank = models.PositiveBigIntegerField()
    technical_rank = rank()
    emotional_rank = rank()
    creative_rank = rank()
    lightning_rank = rank()

    objects = LeaderboardQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "assessment_leaderboard"
        verbose_name = "leaderboard row"
        verbose_name_plural = "leaderboards"
        ordering = ("overall_rank", "completed_at", "user_id")
        default_permissions = ("view",)
        permissions = (
            ("check_leaderboardrow", "Can check the boards"),
            ("export_leaderboardrow", "Can export the boards"),
            (
                "export_personal_leaderboardrow",
                "Can export the boards with names and e-mail addresses",
            ),
        )

    def __str__(self) -> str:
        return f"{self.overall_rank}. {self.user_id}"


class LeaderboardTotal(models.Model):
    """How many have a rank in a dimension: with a rank, it makes the percentile."""

    dimension = models.TextField(primary_key=True, choices=Dimension)
    members = models.PositiveBigIntegerField()

    class Meta:
        db_table = "leaderboard_totals"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.dimension}: {self.members}"


class LeaderboardPrevious(models.Model):
    """Ranks before the last refresh that differed, null for who was not ranked; `now_…` repeats
    today's, so that the next refresh knows whether it differs."""

    user = models.OneToOneField(
        Member, models.CASCADE, primary_key=True, db_constraint=False, related_name="+"
    )
    overall_rank = rank()
    technical_rank = rank()
    emotional_rank = rank()
    creative_rank = rank()
    lightning_rank = rank()
    now_overall = rank()
    now_technical = rank()
    now_emotional = rank()
    now_creative = rank()
    now_lightning = rank()

    class Meta:
        db_table = "leaderboard_previous"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.overall_rank} → {self.now_overall}"
