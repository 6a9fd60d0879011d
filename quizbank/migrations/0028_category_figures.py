from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
DROP = "DROP MATERIALIZED VIEW public.category_statistics;\n"

COUNTS = {
    "unanswered_questions": "never answered",
    "flagged_questions": "to be checked",
    "reported_questions": "reported",
    "attempts": "answers",
    "members": None,
}


class Migration(migrations.Migration):
    """The view is filled, too: nobody waits for the next refresh."""

    dependencies = [
        ("quizbank", "0027_listed_pools"),
    ]

    operations = [
        *(
            migrations.AddField(
                "categorystatistic",
                name,
                models.PositiveBigIntegerField(verbose_name=words, default=0),
                preserve_default=False,
            )
            for name, words in COUNTS.items()
        ),
        migrations.AddField(
            "categorystatistic",
            "accuracy",
            models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="right, %"),
        ),
        migrations.AddField(
            "categorystatistic",
            "average_time",
            models.PositiveIntegerField(null=True, verbose_name="average time in seconds"),
        ),
        migrations.RunSQL(
            DROP + (SQL / "category_statistics_v2.sql").read_text(),
            DROP + (SQL / "category_statistics_v1.sql").read_text(),
        ),
    ]
