from pathlib import Path

from django.db import migrations, models
from django.db.models import Value

SQL = Path(__file__).resolve().parent.parent / "sql"

DROP_RECOUNT = """
    DROP FUNCTION public.recount_answers(boolean);
    DROP VIEW public.scratch_areas, public.scratch_members, public.scratch_difficulty,
        public.counted_answers;
"""
# Who has answers has figures; answers in the archive are in the totals alone.
FILL = """
    UPDATE public.user_progress AS p SET area_stats = s.area_stats
    FROM public.scratch_areas AS s WHERE s.user_id = p.user_id;
"""


def replacing(name: str) -> str:
    text = (SQL / name).read_text()
    return text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


class Migration(migrations.Migration):
    dependencies = [
        ("quizbank", "0025_call_duplicates_so"),
    ]

    operations = [
        migrations.AddField(
            "userprogress",
            "area_stats",
            models.JSONField(db_default=Value({}, models.JSONField()), default=dict),
        ),
        migrations.RunSQL(
            (SQL / "question_area_categories_v1.sql").read_text(),
            "DROP VIEW public.question_area_categories",
        ),
        *(
            migrations.RunSQL(replacing(f"{name}_v2.sql"), replacing(f"{name}_v1.sql"))
            for name in ("count_answers", "draw_scope")
        ),
        migrations.RunSQL(
            DROP_RECOUNT + (SQL / "recount_answers_v2.sql").read_text(),
            DROP_RECOUNT + (SQL / "recount_answers_v1.sql").read_text(),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
