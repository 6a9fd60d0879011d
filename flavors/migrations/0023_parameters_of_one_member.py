from pathlib import Path

from django.db import migrations

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"
# Function: its file, and what brings back the one before.
CHANGED = {
    "descriptor_exists_v2": "descriptor_exists_v2_down",
    "find_duplicate_descriptors_v2": "find_duplicate_descriptors_v2_down",
    "get_user_descriptor_stats_v3": "get_user_descriptor_stats_v2",
    "get_descriptors_paginated_v2": "get_descriptors_paginated_v2_down",
}


class Migration(migrations.Migration):
    dependencies = [("flavors", "0022_missing_terms_by_form")]

    operations = [
        create_function(SQL / "assert_acts_for_one_v1.sql", "assert_acts_for_one(uuid)"),
        *(
            migrations.RunSQL((SQL / f"{now}.sql").read_text(), (SQL / f"{before}.sql").read_text())
            for now, before in CHANGED.items()
        ),
    ]
