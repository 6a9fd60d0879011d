from pathlib import Path

from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Least

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"
EXPERIENCE = F("total_correct") * 8 + F("total_questions") * 2 + F("bonus")

FUNCTIONS = {
    "count_completions": "count_completions(uuid[])",
    "count_answers": "count_answers(integer)",
    "show_success_rates": "show_success_rates(uuid[])",
}


class Migration(migrations.Migration):
    dependencies = [
        ("quizbank", "0014_intake"),
    ]

    operations = [
        # Generated columns cannot be altered.
        migrations.RemoveField("userprogress", "level"),
        migrations.RemoveField("userprogress", "experience"),
        migrations.AddField(
            "userprogress", "bonus", models.PositiveIntegerField(db_default=0, default=0)
        ),
        migrations.AddField(
            "userprogress",
            "experience",
            models.GeneratedField(
                db_persist=True, expression=EXPERIENCE, output_field=models.IntegerField()
            ),
        ),
        migrations.AddField(
            "userprogress",
            "level",
            models.GeneratedField(
                db_persist=True,
                expression=Least(EXPERIENCE / 100 + 1, 100),
                output_field=models.IntegerField(),
            ),
        ),
        create_function(SQL / "merge_category_stats_v1.sql", "merge_category_stats(jsonb, jsonb)"),
        migrations.RunSQL(
            (SQL / "question_areas_v1.sql").read_text(), "DROP VIEW public.question_areas"
        ),
        migrations.RunSQL(
            (SQL / "member_completions_v1.sql").read_text(), "DROP VIEW public.member_completions"
        ),
        *(create_function(SQL / f"{name}_v1.sql", drop) for name, drop in FUNCTIONS.items()),
        migrations.RunSQL(
            (SQL / "recount_answers_v1.sql").read_text(),
            """
            DROP FUNCTION public.recount_answers(boolean);
            DROP VIEW public.scratch_areas, public.scratch_members, public.scratch_difficulty,
                public.counted_answers;
            """,
        ),
        # Nothing new about who is erased.
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER refuse_erased_member BEFORE INSERT ON public.{table}"
                " FOR EACH ROW EXECUTE FUNCTION public.refuse_erased_member()",
                f"DROP TRIGGER refuse_erased_member ON public.{table}",
            )
            for table in ("user_progress", "performance_summaries")
        ),
    ]
