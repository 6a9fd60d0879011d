from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("flavors", "0014_terms_keep_their_category")]

    operations = [
        migrations.RunSQL(
            (SQL / "find_duplicate_terms_v3.sql").read_text(),
            (SQL / "find_duplicate_terms_v3_down.sql").read_text(),
        ),
        migrations.RunSQL(
            (SQL / "compare_terms_v2.sql").read_text(),
            "DROP FUNCTION public.compare_terms();" + (SQL / "compare_terms_v1.sql").read_text(),
        ),
    ]
