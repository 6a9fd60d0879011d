from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def text_of(name: str) -> str:
    text = (SQL / f"{name}.sql").read_text()
    return text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


def replaced(name: str, before: int) -> migrations.RunSQL:
    """Its next text; back, the one before."""
    return migrations.RunSQL(text_of(f"{name}_v{before + 1}"), text_of(f"{name}_v{before}"))


class Migration(migrations.Migration):
    """What a session cannot have is refused in words, not by a constraint."""

    dependencies = [("quizbank", "0044_what_clients_wrote")]

    operations = [replaced("start_quiz_session", 2), replaced("check_draw_filters", 1)]
