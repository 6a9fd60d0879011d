from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def replacing(name: str) -> str:
    text = (SQL / name).read_text()
    return text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("quizbank", "0029_practice_board")]

    operations = [
        migrations.RunSQL("DROP FUNCTION public.rank_marks(uuid[])", migrations.RunSQL.noop),
        migrations.RunSQL(
            replacing("compute_item_statistics_v2.sql"),
            "DROP FUNCTION public.collect_marks(uuid[]), public.group_marks(uuid[]);"
            + replacing("compute_item_statistics_v1.sql"),
        ),
    ]
