from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("flavors", "0015_duplicates_by_word")]

    operations = [
        migrations.RunSQL(
            (SQL / f"{name}_v2.sql").read_text(), (SQL / f"{name}_v2_down.sql").read_text()
        )
        for name in ("wheel_leaves", "get_user_descriptor_stats")
    ]
