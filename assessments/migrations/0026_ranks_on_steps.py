from pathlib import Path
from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F

SQL = Path(__file__).resolve().parent.parent / "sql"
AFTER_REFRESH = (SQL / "after_refresh_assessment_leaderboard_v1.sql").read_text()
BOARDS = (
    ("overall", "overall_score"),
    ("technical", "technical_score"),
    ("emotional", "emotional_score"),
    ("creative", "creative_score"),
    ("lightning", "lightning_round_score"),
)


def member(on_delete: Any) -> models.OneToOneField[Any, Any]:
    return models.OneToOneField(
        db_constraint=False,
        on_delete=on_delete,
        primary_key=True,
        related_name="+",
        serialize=False,
        to="assessments.member",
    )


def in_order_of(name: str, score: str) -> models.Index:
    return models.Index(
        100 - F(score), F("completed_at"), F("user"), name=f"idx_leaderboard_{name}_rank"
    )


class Migration(migrations.Migration):
    """The boards are filled, too: nobody waits for the next refresh, and nobody looks new on it."""

    dependencies = [
        ("assessments", "0025_remember_deciders"),
        ("ops", "0018_roll_ups"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.RunSQL(
            "DROP MATERIALIZED VIEW public.assessment_leaderboard;"
            " DROP FUNCTION public.after_refresh_assessment_leaderboard()",
            (SQL / "assessment_leaderboard_v2.sql").read_text()
            + AFTER_REFRESH.partition("CREATE FUNCTION public.refresh_assessment_leaderboard")[0],
        ),
        migrations.DeleteModel("LeaderboardPrevious"),
        migrations.CreateModel(
            name="LeaderboardAttempt",
            fields=[
                ("user", member(django.db.models.deletion.DO_NOTHING)),
                ("session_id", models.UUIDField()),
                ("archetype", models.TextField(null=True)),
                ("career_level", models.TextField(null=True)),
                (
                    "badges",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), null=True, size=None
                    ),
                ),
                ("completed_at", models.DateTimeField()),
                ("overall_score", models.IntegerField()),
                ("technical_score", models.IntegerField(null=True)),
                ("emotional_score", models.IntegerField(null=True)),
                ("creative_score", models.IntegerField(null=True)),
                ("lightning_round_score", models.IntegerField(null=True)),
            ],
            options={
                "db_table": "leaderboard_attempts",
                "default_permissions": (),
                "indexes": [in_order_of(name, score) for name, score in BOARDS],
            },
        ),
        migrations.CreateModel(
            name="LeaderboardStep",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "dimension",
                        "behind",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "dimension",
                    models.TextField(
                        choices=[
                            ("overall", "Overall"),
                            ("technical", "Technical"),
                            ("emotional", "Emotional"),
                            ("creative", "Creative"),
                            ("lightning", "Lightning round"),
                        ]
                    ),
                ),
                ("behind", models.IntegerField()),
                ("rank_before", models.PositiveBigIntegerField(null=True)),
                ("rank", models.PositiveBigIntegerField()),
                ("members", models.PositiveBigIntegerField()),
            ],
            options={
                "db_table": "leaderboard_steps",
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["dimension", "rank"], name="leaderboard_step_by_rank")
                ],
            },
        ),
        migrations.CreateModel(
            name="LeaderboardMover",
            fields=[
                ("user", member(django.db.models.deletion.CASCADE)),
                *((score, models.IntegerField(null=True)) for _, score in BOARDS),
            ],
            options={"db_table": "leaderboard_movers", "default_permissions": ()},
        ),
        migrations.CreateModel(
            name="LeaderboardPrevious",
            fields=[
                ("user", member(django.db.models.deletion.DO_NOTHING)),
                *(
                    (f"{name}_rank", models.PositiveBigIntegerField(null=True))
                    for name, _ in BOARDS
                ),
            ],
            options={
                "db_table": "leaderboard_previous",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.AlterModelOptions(
            name="leaderboardrow",
            options={
                "managed": False,
                "ordering": ("overall_behind", "completed_at", "user_id"),
                "default_permissions": ("view",),
                "permissions": (
                    ("check_leaderboardrow", "Can check the boards"),
                    ("export_leaderboardrow", "Can export the boards"),
                    (
                        "export_personal_leaderboardrow",
                        "Can export the boards with names and e-mail addresses",
                    ),
                ),
                "verbose_name": "leaderboard row",
                "verbose_name_plural": "leaderboards",
            },
        ),
        migrations.RunSQL(
            (SQL / "assessment_leaderboard_v3.sql").read_text(),
            "DROP VIEW public.leaderboard_previous; DROP VIEW public.assessment_leaderboard",
        ),
        migrations.RunSQL(
            (SQL / "refresh_leaderboard_attempts_v1.sql").read_text(),
            "DROP FUNCTION public.refresh_leaderboard_attempts();"
            " DROP FUNCTION public.climb_leaderboard_steps(boolean)",
        ),
        migrations.RunSQL(
            "SELECT public.refresh_leaderboard_attempts();"
            " UPDATE public.leaderboard_steps SET rank_before = rank",
            migrations.RunSQL.noop,
        ),
    ]
