from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("flavors", "0035_wheels_of_large_items")]

    operations = [
        migrations.RunSQL(
            (SQL / "similar_terms_v4.sql").read_text(),
            (SQL / "similar_terms_v3.sql").read_text(),
        ),
    ]
