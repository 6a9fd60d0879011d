from pathlib import Path

from django.db import migrations, models
from django.db.models.deletion import DO_NOTHING

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0012_erase_member"),
        ("quizbank", "0023_say_shortages"),
    ]

    operations = [
        migrations.CreateModel(
            name="UserDailyStat",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "user_id",
                        "stat_date",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=DO_NOTHING,
                        related_name="+",
                        to="assessments.member",
                        verbose_name="member",
                    ),
                ),
                ("stat_date", models.DateField(verbose_name="day")),
                ("daily_questions", models.PositiveBigIntegerField(verbose_name="answers")),
                ("daily_correct", models.PositiveBigIntegerField(verbose_name="correct")),
                (
                    "daily_accuracy",
                    models.DecimalField(decimal_places=4, max_digits=5, verbose_name="accuracy"),
                ),
                ("daily_sessions", models.PositiveBigIntegerField(verbose_name="sessions")),
                ("daily_time_ms", models.PositiveBigIntegerField(verbose_name="time in ms")),
            ],
            options={
                "verbose_name": "day of a member",
                "verbose_name_plural": "days of members",
                "db_table": "user_daily_stats",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.RunSQL(
            (SQL / "user_daily_stats_v1.sql").read_text(),
            "DROP MATERIALIZED VIEW public.user_daily_stats",
        ),
    ]
