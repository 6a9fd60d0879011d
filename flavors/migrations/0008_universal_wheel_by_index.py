from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("flavors", "0007_term_duplicates")]

    operations = [
        migrations.RunSQL(
            (SQL / "universal_wheel_leaves_v2.sql").read_text(),
            (SQL / "universal_wheel_leaves_v1.sql").read_text(),
        ),
    ]
