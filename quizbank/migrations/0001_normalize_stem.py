from pathlib import Path

from django.db import migrations

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Before the tables: a generated column uses it."""

    operations = [create_function(SQL / "normalize_stem_v1.sql", "normalize_stem(text)")]
