from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"

FUNCTIONS = {
    "write_counters": "write_counters(text[])",
    "writes_since": "writes_since(text[], jsonb)",
    "view_obstacle": "view_obstacle(text)",
    "refresh_view": "refresh_view(text, text, boolean)",
    "refresh_and_record": "refresh_and_record(text)",
}


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0006_own_runs"),
    ]

    operations = [
        migrations.CreateModel(
            name="ViewStatus",
            fields=[
                (
                    "view_name",
                    models.TextField(primary_key=True, serialize=False, verbose_name="view"),
                ),
                ("last_refresh", models.DateTimeField(null=True)),
                ("last_refresh_by", models.TextField()),
                ("last_duration", models.DurationField(null=True)),
                ("row_count", models.BigIntegerField(null=True)),
                ("total_bytes", models.BigIntegerField(null=True)),
                ("is_populated", models.BooleanField()),
                ("stale_after", models.DurationField()),
                ("changes_since_refresh", models.BigIntegerField(null=True)),
                ("is_stale", models.BooleanField()),
                ("obstacle", models.TextField(null=True)),
            ],
            options={
                "verbose_name": "materialized view",
                "db_table": "mv_refresh_status",
                "permissions": (("refresh_viewstatus", "Can refresh materialized views"),),
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="ViewState",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                (
                    "reads",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "depends_on",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                ("stale_after", models.DurationField()),
                ("refreshed_at", models.DateTimeField(null=True)),
                ("refreshed_by", models.TextField(default="")),
                ("duration", models.DurationField(null=True)),
                ("row_count", models.PositiveBigIntegerField(null=True)),
                ("counters", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "ops_materialized_views",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.Exact(
                                django.db.models.functions.text.Trim("name"), models.Value("")
                            ),
                            _negated=True,
                        ),
                        name="view_has_name",
                        violation_error_message="Name must not be empty.",
                    )
                ],
            },
        ),
        *(create_function(SQL / f"{name}_v1.sql", drop) for name, drop in FUNCTIONS.items()),
        migrations.RunSQL(
            (SQL / "mv_refresh_status_v1.sql").read_text(), "DROP VIEW public.mv_refresh_status"
        ),
    ]
