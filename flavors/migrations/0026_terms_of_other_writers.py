from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("flavors", "0025_folds_read_by_index")]

    operations = [
        migrations.RunSQL(
            (SQL / "ensure_terms_of_forms_v2.sql").read_text(),
            (SQL / "ensure_terms_of_forms_v2_down.sql").read_text(),
        ),
    ]
