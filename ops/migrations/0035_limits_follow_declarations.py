import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# What was declared when a row was made: from then on people alone changed its limits.
FIRST_LIMITS = """
    UPDATE public.alert_thresholds AS t
    SET declared_warning = made.warning, declared_critical = made.critical
    FROM (
        SELECT DISTINCT ON (pgh_obj_id) pgh_obj_id, warning, critical
        FROM public.ops_alertthresholdevent
        WHERE pgh_label = 'insert'
        ORDER BY pgh_obj_id, pgh_id DESC
    ) AS made
    WHERE made.pgh_obj_id = t.rule
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0034_view_status_without_waiting"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="alertthreshold",
            name="update_update",
        ),
        migrations.AddField(
            model_name="alertthreshold",
            name="declared_critical",
            field=models.FloatField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="alertthreshold",
            name="declared_warning",
            field=models.FloatField(editable=False, null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="alertthreshold",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "ops_alertthresholdevent" ("critical", "is_enabled", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule", "warning") SELECT new_values."critical", new_values."is_enabled", _pgh_attached_context.value, NOW(), \'update\', new_values."rule", new_values."rule", new_values."warning" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."rule") = (new_values."rule") WHERE (old_values."critical" IS DISTINCT FROM (new_values."critical") OR old_values."is_enabled" IS DISTINCT FROM (new_values."is_enabled") OR old_values."rule" IS DISTINCT FROM (new_values."rule") OR old_values."warning" IS DISTINCT FROM (new_values."warning")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="140805c52ff333b06168408fb30aa06a92f1f1b6",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_61428",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="alert_thresholds",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(FIRST_LIMITS, migrations.RunSQL.noop),
    ]
