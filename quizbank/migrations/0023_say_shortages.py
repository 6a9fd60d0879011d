from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def replacing(name: str) -> str:
    text = (SQL / name).read_text()
    return text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


class Migration(migrations.Migration):
    dependencies = [("quizbank", "0022_question_duplicates")]

    operations = [
        migrations.RunSQL(
            replacing("start_quiz_session_v2.sql"), replacing("start_quiz_session_v1.sql")
        )
    ]
