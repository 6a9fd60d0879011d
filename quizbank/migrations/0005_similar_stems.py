from pathlib import Path

from django.db import migrations

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("quizbank", "0004_lightning_index_names")]
    operations = [create_function(SQL / "similar_stems_v1.sql", "similar_stems(text[], real)")]
