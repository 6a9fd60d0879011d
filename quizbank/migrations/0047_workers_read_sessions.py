from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def replaced(name: str, version: int) -> migrations.RunSQL:
    return migrations.RunSQL(
        (SQL / f"{name}_v{version}.sql").read_text(),
        (SQL / f"{name}_v{version - 1}.sql").read_text(),
    )


class Migration(migrations.Migration):
    dependencies = [("quizbank", "0046_tags_make_void")]

    operations = [replaced("collect_marks", 5), replaced("place_questions", 3)]
