from pathlib import Path

import django.db.models.functions.datetime
from django.db import migrations, models

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0022_alerts"),
    ]

    operations = [
        migrations.CreateModel(
            name="SchemaExpectation",
            fields=[
                (
                    "fingerprint",
                    models.TextField(primary_key=True, serialize=False),
                ),
                ("objects_made", models.JSONField(db_column="objects")),
                (
                    "built_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "verbose_name": "schema",
                "verbose_name_plural": "schema",
                "db_table": "ops_schema_expectation",
                "default_permissions": ("view",),
            },
        ),
        create_function(SQL / "schema_catalog_v1.sql", "schema_catalog()"),
        create_function(SQL / "verify_migrations_v1.sql", "verify_migrations()"),
    ]
