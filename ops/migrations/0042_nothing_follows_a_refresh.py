from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def text_of(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()


class Migration(migrations.Migration):
    """No function is looked for after a refresh; the boards had the last one."""

    dependencies = [
        ("ops", "0041_counted_roll_ups"),
        ("assessments", "0026_ranks_on_steps"),
    ]

    operations = [
        migrations.RunSQL(
            text_of("refresh_materialized_view_v2"),
            text_of("refresh_materialized_view_v1").replace(
                "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
            ),
        ),
    ]
