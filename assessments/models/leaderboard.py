"""The boards: a row a member, ranked in five dimensions; kept by the refresh, edited by nobody.

Ranks are read from the steps of a ladder: what moves everybody's rank writes none of their rows.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F

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

    @property
    def behind(self) -> str:
        """The column of the points short of a full score: in the order of ranks, and indexed."""
        return f"{self.value}_behind"

    @property
    def members(self) -> str:
        """The column of how many share the rank."""
        return f"{self.value}_members"


def rank() -> models.PositiveBigIntegerField[int | None, int | None]:
    """Equal scores share it, and the next rank is as far off as they are many."""
    return models.PositiveBigIntegerField(null=True)


def score() -> models.IntegerField[int | None, int | None]:
    return models.IntegerField(null=True)


def in_order_of(dimension: Dimension) -> models.Index:
    """Of a tie, the earlier completion first."""
    behind = 100 - F(dimension.score)
    return models.Index(
        behind, F("completed_at"), F("user"), name=f"idx_leaderboard_{dimension.value}_rank"
    )


class LeaderboardRow(models.Model):
    """A row of the view over what a refresh keeps: the best completed attempt of a member."""

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
    overall_behind = score()
    technical_behind = score()
    emotional_behind = score()
    creative_behind = score()
    lightning_behind = score()
    overall_members = rank()
    technical_members = rank()
    emotional_members = rank()
    creative_members = rank()
    lightning_members = rank()

    objects = LeaderboardQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "assessment_leaderboard"
        verbose_name = "leaderboard row"
        verbose_name_plural = "leaderboards"
        ordering = ("overall_behind", "completed_at", "user_id")
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


class LeaderboardAttempt(models.Model):
    """What the boards are made of; `refresh_leaderboard_attempts` writes it, nobody else."""

    user = models.OneToOneField(
        Member, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )
    session_id = models.UUIDField()
    archetype = models.TextField(null=True)
    career_level = models.TextField(null=True)
    badges = ArrayField(models.TextField(), null=True)
    completed_at = models.DateTimeField()
    overall_score = models.IntegerField()
    technical_score = score()
    emotional_score = score()
    creative_score = score()
    lightning_round_score = score()

    class Meta:
        db_table = "leaderboard_attempts"
        default_permissions = ()
        indexes = tuple(in_order_of(dimension) for dimension in Dimension)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.overall_score}"


class LeaderboardStep(models.Model):
    """The rank that a score has, `behind` a full one by so many points, how many share it, and what
    it was before the last refresh that differed; null if the boards were empty then."""

    pk = models.CompositePrimaryKey("dimension", "behind")
    dimension = models.TextField(choices=Dimension)
    behind = models.IntegerField()
    rank_before = rank()
    rank = models.PositiveBigIntegerField()
    members = models.PositiveBigIntegerField()

    class Meta:
        db_table = "leaderboard_steps"
        default_permissions = ()
        # Who is among the first hundred.
        indexes = (models.Index(fields=("dimension", "rank"), name="leaderboard_step_by_rank"),)

    def __str__(self) -> str:
        return f"{self.dimension}, {100 - self.behind}: {self.rank}"


class LeaderboardMover(models.Model):
    """The scores, before the last refresh that differed, of those who have others since; null for
    who was not on the boards."""

    user = models.OneToOneField(
        Member, models.CASCADE, primary_key=True, db_constraint=False, related_name="+"
    )
    overall_score = score()
    technical_score = score()
    emotional_score = score()
    creative_score = score()
    lightning_round_score = score()

    class Meta:
        db_table = "leaderboard_movers"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user_id}: {self.overall_score}"


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
    """Ranks before the last refresh that differed, null for who was not ranked: a view."""

    user = models.OneToOneField(
        Member, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )
    overall_rank = rank()
    technical_rank = rank()
    emotional_rank = rank()
    creative_rank = rank()
    lightning_rank = rank()

    class Meta:
        managed = False
        db_table = "leaderboard_previous"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.overall_rank}"
