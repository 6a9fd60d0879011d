from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def replaced(name: str, version: int) -> migrations.RunSQL:
    before = (SQL / f"{name}_v{version - 1}.sql").read_text()
    return migrations.RunSQL(
        (SQL / f"{name}_v{version}.sql").read_text(),
        before.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
    )


class Migration(migrations.Migration):
    dependencies = [("quizbank", "0042_sessions_counted_by_key")]

    operations = [replaced("collect_marks", 4), replaced("group_marks", 4)]
