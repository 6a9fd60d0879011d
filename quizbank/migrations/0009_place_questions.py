from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("quizbank", "0008_category_statistics")]

    operations = [
        migrations.RunSQL(
            (SQL / "place_questions_v2.sql").read_text(),
            (SQL / "place_questions_v1.sql")
            .read_text()
            .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
        )
    ]
