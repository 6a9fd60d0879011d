from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("flavors", "0039_slips_among_short_terms")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.RunSQL(
            (SQL / "mv_category_descriptor_summary_v3.sql").read_text(),
            (SQL / "mv_category_descriptor_summary_v2.sql").read_text(),
        ),
    ]
