from pathlib import Path

from django.db import migrations

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("quizbank", "0038_statistics_of_the_archive"),
        ("ops", "0013_erasures"),
    ]

    operations = [
        create_function(
            SQL / "get_learner_export_batch_v1.sql", "get_learner_export_batch(uuid, integer)"
        ),
    ]
