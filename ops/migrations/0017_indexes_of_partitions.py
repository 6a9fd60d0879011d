from pathlib import Path

from django.db import migrations

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ops", "0016_database_sizes")]

    operations = [
        create_function(SQL / "copy_own_indexes_v1.sql", "copy_own_indexes(regclass, regclass)"),
        migrations.RunSQL(
            (SQL / "create_partition_v4.sql").read_text(),
            (SQL / "create_partition_v3.sql").read_text(),
        ),
    ]
