from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
import pgtrigger.compiler
import pgtrigger.migrations
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0021_rows_of_flat_tables"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertThresholdEvent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "pgh_id",
                    models.BigIntegerField(
                        db_default=models.Func(
                            models.Value("public.history_event_ids"), function="nextval"
                        ),
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("rule", models.TextField(editable=False, serialize=False)),
                ("warning", models.FloatField(blank=True, null=True)),
                ("critical", models.FloatField(blank=True, null=True)),
                (
                    "is_enabled",
                    models.BooleanField(db_default=True, default=True, verbose_name="watched"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=models.Func(function="uuidv7"),
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func("id", function="uuid_extract_timestamp"),
                        output_field=models.DateTimeField(),
                    ),
                ),
                ("rule", models.TextField()),
                ("subject", models.TextField(blank=True, default="")),
                (
                    "level",
                    models.TextField(
                        choices=[
                            ("warning", "Warning"),
                            ("critical", "Critical"),
                        ]
                    ),
                ),
                ("message", models.TextField()),
                ("value", models.FloatField(null=True)),
                ("threshold", models.FloatField(null=True)),
                (
                    "seen_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("resolved_at", models.DateTimeField(null=True)),
                ("acknowledged_until", models.DateTimeField(null=True)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "alert",
                "db_table": "alerts",
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="AlertEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=models.Func(function="uuidv7"),
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func("id", function="uuid_extract_timestamp"),
                        output_field=models.DateTimeField(),
                    ),
                ),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("opened", "Opened"),
                            ("worse", "Became critical"),
                            ("better", "Became a warning"),
                            ("resolved", "Resolved"),
                            ("acknowledged", "Acknowledged"),
                            ("noted", "Note"),
                        ]
                    ),
                ),
                ("message", models.TextField(blank=True, default="")),
                ("note", models.TextField(blank=True, default="")),
                ("by", models.TextField(blank=True, default="")),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="ops.alert",
                    ),
                ),
            ],
            options={
                "db_table": "alert_events",
                "ordering": ("id",),
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="AlertReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule", models.TextField()),
                ("subject", models.TextField(blank=True)),
                ("value", models.FloatField(null=True)),
                (
                    "level",
                    models.TextField(
                        choices=[
                            ("ok", "All is well"),
                            ("warning", "Warning"),
                            ("critical", "Critical"),
                        ]
                    ),
                ),
                ("trouble", models.TextField(blank=True, default="")),
                ("measured_at", models.DateTimeField()),
            ],
            options={
                "db_table": "alert_readings",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rule", "subject"), name="one_reading_a_subject"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["ok", "warning", "critical"])),
                        name="reading_level_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AlertThreshold",
            fields=[
                ("rule", models.TextField(editable=False, primary_key=True, serialize=False)),
                ("warning", models.FloatField(blank=True, null=True)),
                ("critical", models.FloatField(blank=True, null=True)),
                (
                    "is_enabled",
                    models.BooleanField(db_default=True, default=True, verbose_name="watched"),
                ),
            ],
            options={
                "verbose_name": "alert rule",
                "db_table": "alert_thresholds",
                "ordering": ("rule",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.Exact(
                                django.db.models.functions.text.Trim("rule"), models.Value("")
                            ),
                            _negated=True,
                        ),
                        name="alert_rule_has_name",
                        violation_error_message="Rule must not be empty.",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="alertthreshold",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "ops_alertthresholdevent" ("critical", "is_enabled", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule", "warning") SELECT new_values."critical", new_values."is_enabled", _pgh_attached_context.value, NOW(), \'insert\', new_values."rule", new_values."rule", new_values."warning" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="dc7fab6ed56d0fc9b829f3590037431a536f9dee",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_5edf8",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="alert_thresholds",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="alertthreshold",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "ops_alertthresholdevent" ("critical", "is_enabled", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule", "warning") SELECT new_values."critical", new_values."is_enabled", _pgh_attached_context.value, NOW(), \'update\', new_values."rule", new_values."rule", new_values."warning" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."rule") = (new_values."rule") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="5d8abc6235400fd8db6cde157ac796669d00f426",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_61428",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="alert_thresholds",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="alertthreshold",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "ops_alertthresholdevent" ("critical", "is_enabled", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule", "warning") SELECT old_values."critical", old_values."is_enabled", _pgh_attached_context.value, NOW(), \'delete\', old_values."rule", old_values."rule", old_values."warning" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="5f5ac8844c3ac5890e7085134b5314c053800446",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_70e8b",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="alert_thresholds",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="alertthresholdevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="alertthresholdevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="ops.alertthreshold",
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["rule", "-id"], name="alerts_of_a_rule"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                condition=models.Q(("resolved_at", None), _negated=True),
                fields=["-id"],
                name="resolved_alerts",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.UniqueConstraint(
                condition=models.Q(("resolved_at", None)),
                fields=("rule", "subject"),
                name="one_open_alert_a_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__in", ("warning", "critical"))),
                name="alert_level_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="alertevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["opened", "worse", "better", "resolved", "acknowledged", "noted"])
                ),
                name="alert_event_is_known",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="alertevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="75c89bb9ca06d1de0212c3a27ef57452e1fe9827",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_1f961",
                    table="alert_events",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="alertthresholdevent",
            index=models.Index(
                condition=models.Q(("pgh_label", "delete")),
                fields=["-pgh_id"],
                name="alert_threshold_events_gone",
            ),
        ),
        migrations.AddIndex(
            model_name="alertthresholdevent",
            index=models.Index(
                condition=models.Q(("pgh_context__isnull", True)),
                fields=["-pgh_created_at"],
                name="alert_threshold_unsigned",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="alertthresholdevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="960f837466ff2581762c39290e3da0903b18a0f2",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_97f51",
                    table="ops_alertthresholdevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(
            (SQL / "performance_alerts_v1.sql").read_text(),
            "DROP FUNCTION public.check_performance_alerts();DROP VIEW public.performance_alerts;",
        ),
    ]
