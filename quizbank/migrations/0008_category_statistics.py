from pathlib import Path

from django.db import migrations, models

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0007_materialized_views"),
        ("quizbank", "0007_history_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="CategoryStatistic",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("exam_code", models.TextField(verbose_name="exam")),
                ("category_code", models.TextField(verbose_name="category")),
                ("total_questions", models.PositiveBigIntegerField(verbose_name="questions")),
                ("premium_questions", models.PositiveBigIntegerField(verbose_name="premium")),
                ("user_questions", models.PositiveBigIntegerField(verbose_name="user generated")),
            ],
            options={
                "verbose_name": "category statistic",
                "db_table": "category_statistics",
                "ordering": ("exam_code", "category_code"),
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.RunSQL(
            (SQL / "category_statistics_v1.sql").read_text(),
            "DROP MATERIALIZED VIEW public.category_statistics",
        ),
        create_function(
            SQL / "refresh_category_statistics_v1.sql", "refresh_category_statistics()"
        ),
    ]
