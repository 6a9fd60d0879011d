from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("quizbank", "0032_working_copy_hash")]

    operations = [
        migrations.RunSQL(
            (SQL / "group_marks_v2.sql").read_text(),
            (SQL / "compute_item_statistics_v2.sql")
            .read_text()
            .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
        ),
    ]
