from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("assessments", "0018_boards_are_called_leaderboards")]

    operations = [
        migrations.RunSQL(
            (SQL / "check_leaderboard_v1.sql").read_text(),
            "DROP FUNCTION public.check_leaderboard()",
        ),
    ]
