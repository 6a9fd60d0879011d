from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ops", "0011_archived_time_is_taken")]

    operations = [
        migrations.RunSQL(
            (SQL / "refresh_view_v2.sql").read_text(),
            "DROP FUNCTION public.refresh_view(text, text, boolean);"
            + (SQL / "refresh_view_v1.sql").read_text(),
        ),
    ]
