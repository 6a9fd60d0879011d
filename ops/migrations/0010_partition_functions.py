from pathlib import Path

import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"

FUNCTIONS = {
    "uuid_time": "uuid_time(uuid)",
    "declared_partitioned_table": "declared_partitioned_table(text)",
    "partition_bounds": "partition_bounds(text)",
    "ensure_future_partitions": "ensure_future_partitions(text, integer)",
    "analyze_all_partitions": "analyze_all_partitions(text)",
    "get_partition_for_date": "get_partition_for_date(text, date)",
    "run_partition_maintenance": "run_partition_maintenance(text)",
    "enqueue_run": "enqueue_run(text, text, jsonb)",
    "archive_old_partitions": "archive_old_partitions(text, integer)",
    "detach_partition": "detach_partition(text, text, boolean)",
}


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0009_logged_actions"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="partitionarchive",
            options={"ordering": ("-id",), "verbose_name": "partition"},
        ),
        migrations.CreateModel(
            name="TableState",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("period", models.TextField(choices=[("month", "Month"), ("year", "Year")])),
                ("ahead", models.PositiveIntegerField()),
                ("keep_months", models.PositiveIntegerField(null=True)),
            ],
            options={
                "db_table": "ops_partitioned_tables",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.Exact(
                                django.db.models.functions.text.Trim("name"), models.Value("")
                            ),
                            _negated=True,
                        ),
                        name="partitioned_table_has_name",
                        violation_error_message="Name must not be empty.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__in", ["month", "year"])),
                        name="partition_period_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ahead__lte", 120)),
                        name="partitions_are_made_ten_years_ahead_at_most",
                    ),
                ],
            },
        ),
        *(create_function(SQL / f"{name}_v1.sql", drop) for name, drop in FUNCTIONS.items()),
    ]
