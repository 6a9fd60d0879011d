from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"

DROP = """
    DROP FUNCTION public.recount_answers(boolean);
    DROP VIEW public.scratch_areas, public.scratch_members, public.scratch_difficulty,
        public.counted_answers;
"""
DROP_KEYS = "DROP VIEW public.archived_answer_months, public.question_area_keys;"


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0025_remember_deciders"),
        ("ops", "0019_unwritten_views_are_kept"),
        ("quizbank", "0033_places_of_marks"),
    ]

    operations = [
        migrations.CreateModel(
            name="ArchivedQuestionCount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "month",
                        "question_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("month", models.DateField()),
                ("answers", models.PositiveIntegerField()),
                ("attempt_count", models.PositiveIntegerField()),
                ("correct_count", models.PositiveIntegerField()),
                ("total_time_ms", models.PositiveBigIntegerField()),
                ("timed_count", models.PositiveIntegerField()),
                (
                    "question",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="quizbank.question",
                    ),
                ),
            ],
            options={
                "db_table": "archived_question_counts",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ArchivedMemberCount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "month",
                        "user_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("month", models.DateField()),
                ("answered", models.PositiveIntegerField()),
                ("correct", models.PositiveIntegerField()),
                ("time_ms", models.PositiveBigIntegerField()),
                ("timed", models.PositiveIntegerField()),
                ("last_at", models.DateTimeField()),
                (
                    "by_code",
                    models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
                ),
                (
                    "by_category",
                    models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
                ),
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
                "db_table": "archived_member_counts",
                "default_permissions": (),
                "indexes": [models.Index(fields=["user"], name="archived_counts_of_member")],
            },
        ),
        migrations.RunSQL(
            DROP + (SQL / "recount_answers_v3.sql").read_text(),
            DROP + DROP_KEYS + (SQL / "recount_answers_v2.sql").read_text(),
        ),
        create_function(SQL / "keep_archived_counts_v1.sql", "keep_archived_counts(date, date)"),
    ]
