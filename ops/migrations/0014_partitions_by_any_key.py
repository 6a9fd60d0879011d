from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ops", "0013_erasures")]

    operations = [
        migrations.RunSQL(
            (SQL / "create_partition_v3.sql").read_text(),
            (SQL / "create_partition_v2.sql").read_text(),
        ),
    ]
