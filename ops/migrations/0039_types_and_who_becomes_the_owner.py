from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """The proof of the schema knows types and aggregates, and who may become the owner."""

    dependencies = [
        ("ops", "0038_sessions_that_wait_once"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "schema_catalog_v2.sql").read_text(),
            (SQL / "schema_catalog_v1.sql")
            .read_text()
            .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
        ),
    ]
