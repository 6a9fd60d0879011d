from pathlib import Path

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"

# Their unique indexes begin with the question too.
DROP = """
    DROP INDEX public.choices_question_id_84153856;
    DROP INDEX public.question_categories_question_id_a0a2bb7f;
    DROP INDEX public.question_exams_question_id_6b63f713;
"""
CREATE = """
    CREATE INDEX choices_question_id_84153856 ON public.choices (question_id);
    CREATE INDEX question_categories_question_id_a0a2bb7f
        ON public.question_categories (question_id);
    CREATE INDEX question_exams_question_id_6b63f713 ON public.question_exams (question_id);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0025_remember_deciders"),
        ("quizbank", "0034_archived_counts"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.RunSQL(
            (SQL / "working_copy_hash_v2.sql").read_text(),
            (SQL / "working_copy_hash_v1.sql")
            .read_text()
            .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="question",
            name="figures_follow_revision",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="question",
            name="duplicates_make_no_circle",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="question",
            name="derive_on_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="questioncategory",
            name="placed_question_has_primary",
        ),
        migrations.RemoveIndex(
            model_name="answer",
            name="answer_of_question",
        ),
        # By name: Django would drop every index of that column alone, the unique one too.
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DROP, CREATE)],
            state_operations=[
                migrations.AlterField(
                    model_name="choice",
                    name="question",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="choices",
                        to="quizbank.question",
                    ),
                ),
                migrations.AlterField(
                    model_name="questioncategory",
                    name="question",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="quizbank.question",
                    ),
                ),
                migrations.AlterField(
                    model_name="questionexam",
                    name="question",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="quizbank.question",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="answer",
            index=models.Index(fields=["question", "id"], name="answer_of_question"),
        ),
        migrations.AddIndex(
            model_name="answer",
            index=models.Index(
                condition=models.Q(("is_correct__isnull", True)),
                fields=["id"],
                name="answer_skipped",
            ),
        ),
        migrations.AddIndex(
            model_name="archivedquizsession",
            index=models.Index(fields=["mode", "-id"], name="quiz_archive_of_mode"),
        ),
        migrations.AddIndex(
            model_name="quizsession",
            index=models.Index(fields=["mode", "-id"], name="quiz_session_of_mode"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="question",
            trigger=pgtrigger.compiler.Trigger(
                name="figures_follow_revision",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."published_revision_id" IS DISTINCT FROM (NEW."published_revision_id"))',
                    func="\n            SELECT s.n, s.facility, s.discrimination, s.flags\n            INTO NEW.item_learners, NEW.item_facility, NEW.item_discrimination,\n                NEW.item_flags\n            FROM public.item_statistics AS s\n            WHERE s.revision_id = NEW.published_revision_id;\n            IF NOT FOUND THEN\n                NEW.item_learners := 0;\n                NEW.item_facility := NULL;\n                NEW.item_discrimination := NULL;\n                NEW.item_flags := '{}';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="dadbc4aad571493485fb19a107b3c9d03159a4b2",
                    operation="UPDATE",
                    pgid="pgtrigger_figures_follow_revision_4ce5d",
                    table="questions",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="question",
            trigger=pgtrigger.compiler.Trigger(
                name="duplicates_make_no_circle",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."duplicate_of_id" IS NOT NULL)',
                    func="\n            PERFORM pg_catalog.pg_advisory_xact_lock(\n                pg_catalog.hashtextextended('question duplicates', 0)\n            );\n            IF EXISTS (\n                WITH RECURSIVE kept (id) AS (\n                    SELECT NEW.duplicate_of_id\n                    UNION\n                    SELECT q.duplicate_of_id\n                    FROM kept AS k JOIN public.questions AS q ON q.id = k.id\n                    WHERE q.duplicate_of_id IS NOT NULL\n                )\n                SELECT FROM kept WHERE id = NEW.id\n            ) THEN\n                RAISE EXCEPTION 'That question is itself a duplicate of this one.'\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="d3f1a49ab0169c12558804f086e2d05e294a6b76",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_duplicates_make_no_circle_61d9f",
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
                    func="\n            NEW.version := OLD.version + 1;\n            NEW.updated_at := pg_catalog.now();\n            NEW.content_hash := public.working_copy_hash(NEW);\n            IF NEW.published_revision_id IS DISTINCT FROM OLD.published_revision_id THEN\n                NEW.published_hash := (\n                    SELECT r.content_hash FROM public.question_revisions AS r\n                    WHERE r.id = NEW.published_revision_id\n                );\n            END IF;\n            RETURN NEW;\n        ",
                    hash="a9970dc4c2bef0071940da537527a582038fc092",
                    operation="UPDATE",
                    pgid="pgtrigger_derive_on_update_22f31",
                    table="questions",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="questioncategory",
            trigger=pgtrigger.compiler.Trigger(
                name="placed_question_has_primary",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NOT NEW."is_primary")',
                    constraint="CONSTRAINT",
                    func="PERFORM public.assert_primary_category(NEW.question_id); RETURN NULL;",
                    hash="acedc1d4fb9306a3593d1d8f97a491d652670495",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_placed_question_has_primary_40c06",
                    table="question_categories",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="questioncategory",
            trigger=pgtrigger.compiler.Trigger(
                name="primary_category_has_heir",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."is_primary")',
                    constraint="CONSTRAINT",
                    func="PERFORM public.assert_primary_category(OLD.question_id); RETURN NULL;",
                    hash="589bde722168312c1a3ac62c5dcd037c72082c49",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_primary_category_has_heir_dfbd6",
                    table="question_categories",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
    ]
