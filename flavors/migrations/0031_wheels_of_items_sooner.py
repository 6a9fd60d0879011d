from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("flavors", "0030_packed_descriptor_indexes")]

    operations = [
        migrations.RunSQL(
            (SQL / "wheel_leaves_v4.sql").read_text(),
            (SQL / "wheel_leaves_v4_down.sql").read_text(),
        ),
    ]
