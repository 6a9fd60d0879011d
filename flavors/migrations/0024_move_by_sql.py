from pathlib import Path

from django.db import migrations

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("flavors", "0023_parameters_of_one_member"),
        ("ops", "0021_rows_of_flat_tables"),
    ]

    operations = [
        create_function(
            SQL / "migrate_to_partitioned_table_v1.sql",
            "migrate_to_partitioned_table(integer, boolean, text)",
        ),
    ]
