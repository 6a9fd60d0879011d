from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
WHEEL = "public.wheel_data(uuid, text, text, text, integer, integer)"
AUTOCOMPLETE = "public.autocomplete_descriptors(text, uuid, text, text, integer)"
SIMILAR = "CREATE OR REPLACE FUNCTION public.similar_terms("


def kept(function: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"ALTER FUNCTION {function} SET plan_cache_mode = force_generic_plan",
        f"ALTER FUNCTION {function} RESET plan_cache_mode",
    )


class Migration(migrations.Migration):
    """To plan a wheel or a suggestion anew for each call takes as long as to read it: every value
    has the same plan. A function that is replaced needs the setting anew."""

    dependencies = [("flavors", "0031_wheels_of_items_sooner")]

    operations = [
        migrations.RunSQL(
            (SQL / "similar_terms_v3.sql").read_text(),
            SIMILAR + (SQL / "similar_terms_v2.sql").read_text().partition(SIMILAR)[2],
        ),
        kept(WHEEL),
        kept(AUTOCOMPLETE),
    ]
