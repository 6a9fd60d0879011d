from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """The thirteen badges of the assessment; staff's to edit from then on."""

    dependencies = [("assessments", "0007_permissions")]

    operations = [
        migrations.RunSQL(
            (SQL / "badge_catalogue_v1.sql").read_text(),
            # They go with their table: profiles may carry them.
            migrations.RunSQL.noop,
        ),
    ]
