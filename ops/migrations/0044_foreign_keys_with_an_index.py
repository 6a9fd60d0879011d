from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
# The file has others before it.
BEFORE = (SQL / "v_index_usage_v2.sql").read_text()


class Migration(migrations.Migration):
    """An index of the rows that have the key is one, and plain tables have their size."""

    dependencies = [("ops", "0043_no_index_twice")]

    operations = [
        migrations.RunSQL(
            (SQL / "v_unindexed_foreign_keys_v3.sql").read_text(),
            BEFORE[BEFORE.index("CREATE OR REPLACE VIEW public.v_unindexed_foreign_keys") :],
        ),
    ]
