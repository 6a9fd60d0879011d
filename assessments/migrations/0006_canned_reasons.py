from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """What moderators may begin with; theirs to edit from then on."""

    dependencies = [("assessments", "0005_leaderboards")]

    operations = [
        migrations.RunSQL(
            (SQL / "canned_reasons_v1.sql").read_text(),
            # They go with their table: events may refer to them.
            migrations.RunSQL.noop,
        ),
    ]
