from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
CHANGED = (
    "resolve_descriptor_term",
    "check_new_descriptors",
    "mark_descriptor_changes",
    "wheel_needs_regeneration",
)


class Migration(migrations.Migration):
    dependencies = [("flavors", "0011_checks_by_statement")]

    operations = [
        migrations.RunSQL(
            (SQL / f"{name}_v2.sql").read_text(), (SQL / f"{name}_v2_down.sql").read_text()
        )
        for name in CHANGED
    ]
