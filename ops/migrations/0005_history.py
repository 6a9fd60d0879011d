from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ops", "0004_archive"), ("pghistory", "0007_auto_20250421_0444")]

    operations = [
        migrations.RunSQL(
            (SQL / "history_v1.sql").read_text(),
            """
            DROP INDEX public.history_recent, public.history_by_person;
            DROP SEQUENCE public.history_event_ids;
            """,
        ),
        migrations.CreateModel(
            name="HistoryEntry",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": ("view",),
                "verbose_name": "change",
                "verbose_name_plural": "recent changes",
                "indexes": [],
                "constraints": [],
            },
            bases=("pghistory.context",),
        ),
    ]
