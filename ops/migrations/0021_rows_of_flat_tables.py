from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
DOWN = """
    DROP FUNCTION public.refuse_truncate_of_source();
    DROP FUNCTION public.note_source_changes();
    DROP FUNCTION public.moved_key(timestamptz, text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0020_monitoring"),
    ]

    operations = [
        migrations.CreateModel(
            name="Move",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table_name", models.TextField(verbose_name="table")),
                ("source", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("copying", "Under way"),
                            ("moved", "Moved and proved"),
                            ("undoing", "Being taken back"),
                            ("undone", "Taken back"),
                        ],
                        default="copying",
                    ),
                ),
                ("watermark", models.TextField(null=True)),
                ("copied_all", models.BooleanField(default=False)),
                ("has_gap", models.BooleanField(default=False)),
                ("read_count", models.BigIntegerField(default=0)),
                ("moved_count", models.BigIntegerField(default=0)),
                ("refused_count", models.BigIntegerField(default=0)),
                ("kept_count", models.BigIntegerField(default=0)),
                ("proof", models.JSONField(null=True)),
                (
                    "started_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "changed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "db_table": "ops_moves",
                "ordering": ("-id",),
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["copying", "moved", "undoing", "undone"])
                        ),
                        name="move_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.Exact(
                                django.db.models.functions.text.Trim("table_name"), models.Value("")
                            ),
                            _negated=True,
                        ),
                        name="move_names_its_table",
                        violation_error_message="Table name must not be empty.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.Exact(
                                django.db.models.functions.text.Trim("source"), models.Value("")
                            ),
                            _negated=True,
                        ),
                        name="move_names_its_source",
                        violation_error_message="Source must not be empty.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "undone"), _negated=True),
                        fields=("table_name", "source"),
                        name="source_is_moved_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "moved"), _negated=True),
                            models.Q(("copied_all", True), ("proof__isnull", False)),
                            _connector="OR",
                        ),
                        name="moved_rows_are_proved",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MoveChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("source_key", models.TextField(null=True)),
                ("target_id", models.UUIDField(null=True)),
                (
                    "move",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="ops.move",
                    ),
                ),
            ],
            options={
                "db_table": "ops_move_changes",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="MovedRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "move_id",
                        "target_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("target_id", models.UUIDField()),
                ("row_hash", models.BigIntegerField()),
                (
                    "move",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="ops.move",
                    ),
                ),
            ],
            options={
                "db_table": "ops_moved_rows",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="MoveRefusal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "move_id",
                        "source_key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("source_key", models.TextField()),
                ("shown", models.TextField()),
                ("reason", models.TextField()),
                (
                    "move",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="ops.move",
                    ),
                ),
            ],
            options={
                "db_table": "ops_move_refusals",
                "default_permissions": (),
            },
        ),
        migrations.RunSQL((SQL / "flat_tables_v1.sql").read_text(), DOWN),
    ]
