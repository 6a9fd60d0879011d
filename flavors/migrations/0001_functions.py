from pathlib import Path

from django.db import migrations

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Before the tables: generated columns and checks use them."""

    operations = [
        create_function(
            SQL / "normalize_descriptor_text_v1.sql", "normalize_descriptor_text(text)"
        ),
        migrations.RunSQL(
            (SQL / "lexicon_rules_v1.sql").read_text(),
            """
            DROP FUNCTION public.wheel_data_is_sound(jsonb);
            DROP FUNCTION public.assert_no_term_chains(bigint[]);
            DROP FUNCTION public.assert_flavor_parent(bigint, bigint, text);
            """,
        ),
    ]
