from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("flavors", "0024_move_by_sql")]

    operations = [
        # What a fold looks up was just written, and is in memory: ten thousand rows of ten million
        # are found by index.
        migrations.RunSQL(
            "ALTER FUNCTION public.fold_descriptor_changes() SET random_page_cost = 1.1",
            "ALTER FUNCTION public.fold_descriptor_changes() RESET random_page_cost",
        ),
        migrations.RunSQL(
            (SQL / "mv_category_descriptor_summary_v2.sql").read_text(),
            (SQL / "mv_category_descriptor_summary_v2_down.sql").read_text(),
        ),
    ]
