from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
DROP = "DROP MATERIALIZED VIEW public.assessment_leaderboard;\n"


class Migration(migrations.Migration):
    """The board is filled, too: nobody waits for the next refresh."""

    dependencies = [
        ("assessments", "0016_export_boards_with_names"),
        ("ops", "0015_memory_of_refreshes"),
    ]

    operations = [
        migrations.RunSQL(
            DROP + (SQL / "assessment_leaderboard_v2.sql").read_text(),
            DROP + (SQL / "assessment_leaderboard_v1.sql").read_text(),
        ),
    ]
