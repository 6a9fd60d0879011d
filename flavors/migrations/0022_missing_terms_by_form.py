from pathlib import Path

from django.db import migrations

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("flavors", "0021_descriptors_once_by_number")]

    operations = [
        create_function(SQL / "missing_term_v1.sql", "missing_term(text)"),
        *(
            migrations.RunSQL(
                (SQL / f"{name}_v3.sql").read_text(), (SQL / f"{name}_v2.sql").read_text()
            )
            for name in ("resolve_descriptor_term", "check_new_descriptors")
        ),
    ]
