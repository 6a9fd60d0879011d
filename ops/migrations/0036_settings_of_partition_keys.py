from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
BEFORE = (SQL / "copy_own_indexes_v1.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0035_limits_follow_declarations"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "copy_own_indexes_v2.sql").read_text(),
            BEFORE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
        ),
    ]
