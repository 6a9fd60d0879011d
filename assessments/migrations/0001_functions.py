from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ops", "0001_functions")]

    operations = [
        migrations.RunSQL(
            (SQL / "functions_v1.sql").read_text(),
            """
            DROP FUNCTION public.dimensions_are_sound(jsonb);
            DROP FUNCTION public.category_scores_are_sound(jsonb);
            DROP FUNCTION public.category_score(jsonb, text);
            DROP FUNCTION public.percent_of(jsonb);
            DROP FUNCTION public.calling_role();
            DROP FUNCTION public.current_member_id();
            """,
        ),
    ]
