from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ops", "0010_partition_functions")]

    operations = [
        migrations.RunSQL(
            (SQL / "create_partition_v2.sql").read_text(),
            (SQL / "create_partition_v1.sql")
            .read_text()
            .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1),
        ),
    ]
