from pathlib import Path

from django.contrib.postgres.indexes import BTreeIndex
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
FILL = (SQL / "descriptor_fill_v1.sql").read_text()
NAMED = ~models.Q(item_name="")


class Migration(migrations.Migration):
    """Writers wait while the indexes are made: a second or two for each million rows."""

    dependencies = [
        ("flavors", "0029_universal_wheel_kept"),
        ("ops", "0036_settings_of_partition_keys"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.RemoveIndex("descriptor", "descriptor_of_member"),
        migrations.RemoveIndex("descriptor", "descriptor_of_item"),
        migrations.RemoveIndex("descriptor", "descriptor_of_term"),
        migrations.AddIndex(
            "descriptor", BTreeIndex(fields=["user"], name="descriptor_of_member", fillfactor=100)
        ),
        migrations.AddIndex(
            "descriptor",
            BTreeIndex(
                fields=["item_name"], name="descriptor_of_item", fillfactor=100, condition=NAMED
            ),
        ),
        migrations.AddIndex(
            "descriptor", BTreeIndex(fields=["term"], name="descriptor_of_term", fillfactor=100)
        ),
        migrations.RunSQL(FILL, FILL.replace("SET (fillfactor = 100)", "RESET (fillfactor)")),
    ]
