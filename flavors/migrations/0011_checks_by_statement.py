from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("flavors", "0010_duplicates_of_long_terms")]

    operations = [
        migrations.RunSQL(
            (SQL / "ensure_flavor_terms_v2.sql").read_text(),
            (SQL / "ensure_flavor_terms_v1.sql").read_text(),
        ),
        migrations.RunSQL(
            (SQL / "check_new_descriptors_v1.sql").read_text(),
            (SQL / "check_new_descriptors_v1_down.sql").read_text(),
        ),
    ]
