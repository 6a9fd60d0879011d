from pathlib import Path

from django.db import migrations

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"

FUNCTIONS = {
    "uuid_floor": "uuid_floor(timestamptz)",
    "create_partition": "create_partition(regclass, text, date)",
    "run_lock_key": "run_lock_key(text, text)",
    "take_run_lock": "take_run_lock(text, text)",
}


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [create_function(SQL / f"{name}_v1.sql", drop) for name, drop in FUNCTIONS.items()]
