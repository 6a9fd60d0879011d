import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    """A dump that is restored writes a comparison of rows of three another way, which would count
    as a change of the schema by hand.
    """

    dependencies = [
        ("quizbank", "0051_long_texts_are_none"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        pgtrigger.migrations.RemoveTrigger(
            model_name="problemreport",
            name="decided_once",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="problemreport",
            trigger=pgtrigger.compiler.Trigger(
                name="decided_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state <> 'open' AND OLD.state = NEW.state AND (OLD.admin_comment IS DISTINCT FROM NEW.admin_comment OR OLD.resolved_at IS DISTINCT FROM NEW.resolved_at OR OLD.fixed_by_id IS DISTINCT FROM NEW.fixed_by_id))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="18ac6525f7a45f164158cc3bfcf244a594f17035",
                    operation="UPDATE",
                    pgid="pgtrigger_decided_once_f51a1",
                    table="problem_reports",
                    when="BEFORE",
                ),
            ),
        ),
    ]
