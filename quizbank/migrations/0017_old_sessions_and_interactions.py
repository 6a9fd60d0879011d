from pathlib import Path

from django.db import migrations

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"

FUNCTIONS = {
    "archive_quiz_sessions": "archive_quiz_sessions(integer, integer)",
    "summarise_interactions": "summarise_interactions(date, date)",
}


class Migration(migrations.Migration):
    dependencies = [
        ("quizbank", "0016_item_statistics"),
    ]

    operations = [
        *(create_function(SQL / f"{name}_v1.sql", drop) for name, drop in FUNCTIONS.items()),
    ]
