from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("flavors", "0009_descriptor_imports")]

    operations = [
        migrations.RunSQL(
            (SQL / "find_duplicate_terms_v2.sql").read_text()
            + "DROP FUNCTION public.without_letters(text, integer);",
            (SQL / "find_duplicate_terms_v2_down.sql").read_text(),
        ),
    ]
