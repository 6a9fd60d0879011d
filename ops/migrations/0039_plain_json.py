from pathlib import Path

from django.db import migrations

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ops", "0039_types_and_who_becomes_the_owner")]

    operations = [create_function(SQL / "json_is_plain_v1.sql", "json_is_plain(jsonb)")]
