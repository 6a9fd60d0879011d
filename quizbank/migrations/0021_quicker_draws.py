from pathlib import Path

from django.db import migrations

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"


def replacing(name: str) -> str:
    text = (SQL / name).read_text()
    return text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


class Migration(migrations.Migration):
    dependencies = [("quizbank", "0020_item_figures")]

    operations = [
        migrations.RunSQL(replacing("use_level_v2.sql"), replacing("use_level_v1.sql")),
        migrations.RunSQL("SELECT public.list_all_pools()", "SELECT public.list_all_pools()"),
        create_function(
            SQL / "pool_stretches_v1.sql",
            "pool_stretches(text, jsonb, bigint[], numeric, numeric)",
        ),
        migrations.RunSQL(replacing("explain_draw_v2.sql"), replacing("explain_draw_v1.sql")),
    ]
