from pathlib import Path

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("quizbank", "0031_act_on_messages_set_aside"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "working_copy_hash_v1.sql").read_text(),
            "DROP FUNCTION public.working_copy_hash(public.questions);",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="question",
            name="derive_on_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="question",
            name="derive_on_update",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="question",
            trigger=pgtrigger.compiler.Trigger(
                name="derive_on_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.version := 1; NEW.content_hash := public.working_copy_hash(NEW); RETURN NEW;",
                    hash="b1748b465ba0a1dfb70063464efd63790e8472f0",
                    operation="INSERT",
                    pgid="pgtrigger_derive_on_insert_9aec6",
                    table="questions",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="question",
            trigger=pgtrigger.compiler.Trigger(
                name="derive_on_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."author_id" IS DISTINCT FROM (NEW."author_id") OR OLD."content_hash" IS DISTINCT FROM (NEW."content_hash") OR OLD."difficulty" IS DISTINCT FROM (NEW."difficulty") OR OLD."duplicate_of_id" IS DISTINCT FROM (NEW."duplicate_of_id") OR OLD."explanation" IS DISTINCT FROM (NEW."explanation") OR OLD."external_id" IS DISTINCT FROM (NEW."external_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_premium" IS DISTINCT FROM (NEW."is_premium") OR OLD."is_user_generated" IS DISTINCT FROM (NEW."is_user_generated") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."media" IS DISTINCT FROM (NEW."media") OR OLD."numbered_by_id" IS DISTINCT FROM (NEW."numbered_by_id") OR OLD."published_revision_id" IS DISTINCT FROM (NEW."published_revision_id") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."stem" IS DISTINCT FROM (NEW."stem") OR OLD."subject_id" IS DISTINCT FROM (NEW."subject_id") OR OLD."tags" IS DISTINCT FROM (NEW."tags") OR OLD."version" IS DISTINCT FROM (NEW."version"))',
                    func="\n                    NEW.version := OLD.version + 1;\n                    NEW.updated_at := pg_catalog.now();\n                    NEW.content_hash := public.working_copy_hash(NEW);\n                    IF NEW.published_revision_id IS DISTINCT FROM OLD.published_revision_id THEN\n                        NEW.published_hash := (\n                            SELECT r.content_hash FROM public.question_revisions AS r\n                            WHERE r.id = NEW.published_revision_id\n                        );\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="c0856fb216023f986c52f90d21ed0794b7bee402",
                    operation="UPDATE",
                    pgid="pgtrigger_derive_on_update_22f31",
                    table="questions",
                    when="BEFORE",
                ),
            ),
        ),
    ]
