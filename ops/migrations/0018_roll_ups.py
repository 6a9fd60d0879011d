from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
DROP_STATUS = "DROP VIEW public.mv_refresh_status;"
DROP_REFRESH = "DROP FUNCTION public.refresh_view(text, text, boolean);"
QUICK = (
    "ALTER FUNCTION public.refresh_view(text, text, boolean) SET work_mem = '128MB' SET jit = off;"
    "REVOKE ALL ON FUNCTION public.refresh_view(text, text, boolean) FROM PUBLIC;"
)
DROP_OBSTACLE = "DROP FUNCTION public.view_obstacle(text);"


def text_of(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("ops", "0017_indexes_of_partitions")]

    operations = [
        migrations.AddField(
            "viewstate", "refresh_function", models.TextField(db_default="", default="")
        ),
        migrations.AddField(
            "viewstate",
            "kept_in",
            django.contrib.postgres.fields.ArrayField(
                models.TextField(), db_default=[], default=list
            ),
        ),
        migrations.RunSQL(DROP_STATUS, text_of("mv_refresh_status_v1")),
        migrations.RunSQL(text_of("view_obstacle_v2"), DROP_OBSTACLE + text_of("view_obstacle_v1")),
        migrations.RunSQL(
            text_of("refresh_materialized_view_v1"),
            "DROP FUNCTION public.refresh_materialized_view(text, boolean);",
        ),
        migrations.RunSQL(
            text_of("refresh_view_v3"), DROP_REFRESH + text_of("refresh_view_v2") + QUICK
        ),
        migrations.RunSQL(text_of("mv_refresh_status_v2"), DROP_STATUS),
    ]
