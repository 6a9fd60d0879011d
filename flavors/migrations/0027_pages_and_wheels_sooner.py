from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
# Function: its file, and what brings back the one before.
CHANGED = {
    "get_descriptors_paginated_v3": "get_descriptors_paginated_v2",
    "wheel_data_v2": "wheel_data_v2_down",
}


class Migration(migrations.Migration):
    dependencies = [("flavors", "0026_terms_of_other_writers")]

    operations = [
        migrations.RunSQL((SQL / f"{now}.sql").read_text(), (SQL / f"{before}.sql").read_text())
        for now, before in CHANGED.items()
    ]
