from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("flavors", "0020_item_categories_by_branch")]

    operations = [
        migrations.RunSQL(
            (SQL / "descriptor_once_v1.sql").read_text(),
            (SQL / "descriptor_once_v1_down.sql").read_text(),
        ),
    ]
