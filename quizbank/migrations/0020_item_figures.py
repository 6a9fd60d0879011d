from pathlib import Path

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"
FUNCTIONS = {
    "refresh_item_statistics": "refresh_item_statistics(uuid[], integer)",
    "refresh_exam_statistics": "refresh_exam_statistics(bigint)",
}


class Migration(migrations.Migration):
    dependencies = [
        ("quizbank", "0019_problem_reports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExamStatistic",
            fields=[
                (
                    "exam",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="statistics",
                        serialize=False,
                        to="quizbank.exam",
                    ),
                ),
                ("sessions", models.PositiveBigIntegerField(db_default=0, default=0)),
                (
                    "items",
                    models.PositiveBigIntegerField(
                        db_default=0, default=0, verbose_name="items met"
                    ),
                ),
                (
                    "length",
                    models.DecimalField(
                        decimal_places=1,
                        max_digits=5,
                        null=True,
                        verbose_name="questions a session",
                    ),
                ),
                (
                    "alpha",
                    models.DecimalField(
                        decimal_places=3, max_digits=8, null=True, verbose_name="Cronbach's alpha"
                    ),
                ),
                (
                    "computed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "verbose_name": "exam statistic",
                "db_table": "exam_statistics",
                "ordering": ("exam__code",),
                "default_permissions": ("view",),
            },
        ),
        migrations.AlterModelOptions(
            name="itemstatistic",
            options={
                "default_permissions": ("view",),
                "permissions": (("compute_itemstatistic", "Can have item statistics computed"),),
                "verbose_name": "item statistic",
            },
        ),
        migrations.AddField(
            model_name="question",
            name="item_discrimination",
            field=models.DecimalField(
                decimal_places=2,
                editable=False,
                max_digits=5,
                null=True,
                verbose_name="discrimination",
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="item_facility",
            field=models.DecimalField(
                decimal_places=2, editable=False, max_digits=5, null=True, verbose_name="facility"
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="item_flags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                db_default=[],
                default=list,
                editable=False,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="item_learners",
            field=models.PositiveIntegerField(
                db_default=0, default=0, editable=False, verbose_name="learners"
            ),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                models.F("item_learners"),
                models.OrderBy(models.F("id"), descending=True),
                name="question_by_learners",
            ),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                models.OrderBy(models.F("item_facility"), nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                name="question_by_facility",
            ),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                models.OrderBy(models.F("item_facility"), descending=True, nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                name="question_by_facility_desc",
            ),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                models.OrderBy(models.F("item_discrimination"), nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                name="question_by_discrim",
            ),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                models.OrderBy(models.F("item_discrimination"), descending=True, nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                name="question_by_discrim_desc",
            ),
        ),
        migrations.AddIndex(
            model_name="question",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["item_flags"], name="question_item_flags"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="question",
            trigger=pgtrigger.compiler.Trigger(
                name="figures_follow_revision",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."published_revision_id" IS DISTINCT FROM (NEW."published_revision_id"))',
                    func="\n                    SELECT s.n, s.facility, s.discrimination, s.flags\n                    INTO NEW.item_learners, NEW.item_facility, NEW.item_discrimination,\n                        NEW.item_flags\n                    FROM public.item_statistics AS s\n                    WHERE s.revision_id = NEW.published_revision_id;\n                    IF NOT FOUND THEN\n                        NEW.item_learners := 0;\n                        NEW.item_facility := NULL;\n                        NEW.item_discrimination := NULL;\n                        NEW.item_flags := '{}';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="9410a89e54b5ee1b46850f541f02f6b6b4dd7cf3",
                    operation="UPDATE",
                    pgid="pgtrigger_figures_follow_revision_4ce5d",
                    table="questions",
                    when="BEFORE",
                ),
            ),
        ),
        *(
            create_function(SQL / f"{name}_v1.sql", signature)
            for name, signature in FUNCTIONS.items()
        ),
    ]
