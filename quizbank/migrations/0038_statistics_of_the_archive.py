from pathlib import Path

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
DROP_VIEW = "DROP MATERIALIZED VIEW public.user_daily_stats;\n"
DROP_STEPS = """
    DROP FUNCTION public.compute_item_statistics(uuid[], integer), public.group_marks(uuid[]),
        public.collect_marks(uuid[]);
"""
DROP_MARKS = """
    DROP FUNCTION public.archived_marks(uuid[]);
    DROP VIEW public.noted_sessions;
"""
STEPS = ("archived_marks_v1", "collect_marks_v3", "group_marks_v3", "compute_item_statistics_v3")


def text_of(*names: str) -> str:
    return "\n".join((SQL / f"{name}.sql").read_text() for name in names)


def replacing(name: str) -> str:
    return text_of(name).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def first_reliability() -> str:
    """It shares its file."""
    text = replacing("compute_item_statistics_v1")
    start = text.index("CREATE OR REPLACE FUNCTION public.exam_reliability")
    return text[start : text.index("REVOKE ALL", start)]


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0025_remember_deciders"),
        ("quizbank", "0037_tell_caches"),
    ]

    operations = [
        migrations.CreateModel(
            name="ArchivedSessionMarks",
            fields=[
                ("session_id", models.UUIDField(primary_key=True, serialize=False)),
                ("month", models.DateField()),
                (
                    "revision_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), size=None
                    ),
                ),
                (
                    "marks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BooleanField(null=True), size=None
                    ),
                ),
                (
                    "choices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(null=True), size=None
                    ),
                ),
                (
                    "times",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(null=True), size=None
                    ),
                ),
            ],
            options={
                "db_table": "archived_session_marks",
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["month"], name="archived_marks_of_month"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["revision_ids"], name="archived_marks_of_revision"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ArchivedDayCount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "month",
                        "user_id",
                        "stat_date",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("month", models.DateField()),
                ("stat_date", models.DateField()),
                ("sessions", models.PositiveIntegerField()),
                ("questions", models.PositiveIntegerField()),
                ("correct", models.PositiveIntegerField()),
                ("time_ms", models.PositiveBigIntegerField()),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assessments.member",
                    ),
                ),
            ],
            options={
                "db_table": "archived_day_counts",
                "default_permissions": (),
                "indexes": [models.Index(fields=["user"], name="archived_days_of_member")],
            },
        ),
        migrations.RunSQL(
            replacing("keep_archived_counts_v2"), replacing("keep_archived_counts_v1")
        ),
        migrations.RunSQL(
            DROP_STEPS + text_of(*STEPS),
            DROP_STEPS
            + DROP_MARKS
            + text_of("compute_item_statistics_v2")
            + text_of("group_marks_v2"),
        ),
        migrations.RunSQL(
            text_of("exam_reliability_v2"),
            first_reliability(),
        ),
        migrations.RunSQL(
            DROP_VIEW + text_of("user_daily_stats_v2"), DROP_VIEW + text_of("user_daily_stats_v1")
        ),
    ]
