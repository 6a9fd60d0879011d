from django.conf import settings
from django.db import migrations, models

MODELS = (
    "category",
    "choice",
    "exam",
    "lightningquestion",
    "questioncategory",
    "question",
    "questionexam",
    "subject",
)
# After the keys that the tables gave by themselves; and the way back.
START = (
    "SELECT pg_catalog.setval('public.history_event_ids', max(pgh_id)) FROM ({}) AS events".format(  # noqa: S608
        " UNION ALL ".join(f"SELECT pgh_id FROM public.quizbank_{name}event" for name in MODELS)  # noqa: S608
    )
)
BACK = ";".join(
    "SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence("  # noqa: S608
    f"'public.quizbank_{name}event', 'pgh_id'), max(pgh_id)) FROM public.quizbank_{name}event"
    for name in MODELS
)


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0005_history"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("quizbank", "0006_import_reports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(START, BACK),
        migrations.AlterModelOptions(
            name="questionexam",
            options={"verbose_name": "exam", "verbose_name_plural": "exams"},
        ),
        migrations.AlterField(
            model_name="categoryevent",
            name="pgh_id",
            field=models.BigIntegerField(
                db_default=models.Func(
                    models.Value("public.history_event_ids"), function="nextval"
                ),
                primary_key=True,
                serialize=False,
            ),
        ),
        migrations.AlterField(
            model_name="choiceevent",
            name="pgh_id",
            field=models.BigIntegerField(
                db_default=models.Func(
                    models.Value("public.history_event_ids"), function="nextval"
                ),
                primary_key=True,
                serialize=False,
            ),
        ),
        migrations.AlterField(
            model_name="examevent",
            name="pgh_id",
            field=models.BigIntegerField(
                db_default=models.Func(
                    models.Value("public.history_event_ids"), function="nextval"
                ),
                primary_key=True,
                serialize=False,
            ),
        ),
        migrations.AlterField(
            model_name="lightningquestionevent",
            name="pgh_id",
            field=models.BigIntegerField(
                db_default=models.Func(
                    models.Value("public.history_event_ids"), function="nextval"
                ),
                primary_key=True,
                serialize=False,
            ),
        ),
        migrations.AlterField(
            model_name="questioncategoryevent",
            name="pgh_id",
            field=models.BigIntegerField(
                db_default=models.Func(
                    models.Value("public.history_event_ids"), function="nextval"
                ),
                primary_key=True,
                serialize=False,
            ),
        ),
        migrations.AlterField(
            model_name="questionevent",
            name="pgh_id",
            field=models.BigIntegerField(
                db_default=models.Func(
                    models.Value("public.history_event_ids"), function="nextval"
                ),
                primary_key=True,
                serialize=False,
            ),
        ),
        migrations.AlterField(
            model_name="questionexamevent",
            name="pgh_id",
            field=models.BigIntegerField(
                db_default=models.Func(
                    models.Value("public.history_event_ids"), function="nextval"
                ),
                primary_key=True,
                serialize=False,
            ),
        ),
        migrations.AlterField(
            model_name="subjectevent",
            name="pgh_id",
            field=models.BigIntegerField(
                db_default=models.Func(
                    models.Value("public.history_event_ids"), function="nextval"
                ),
                primary_key=True,
                serialize=False,
            ),
        ),
        migrations.AddIndex(
            model_name="categoryevent",
            index=models.Index(
                condition=models.Q(("pgh_label", "delete")),
                fields=["-pgh_id"],
                name="category_events_gone",
            ),
        ),
        migrations.AddIndex(
            model_name="categoryevent",
            index=models.Index(
                condition=models.Q(("pgh_context__isnull", True)),
                fields=["-pgh_created_at"],
                name="category_unsigned",
            ),
        ),
        migrations.AddIndex(
            model_name="choiceevent",
            index=models.Index(
                condition=models.Q(("pgh_label", "delete")),
                fields=["-pgh_id"],
                name="choice_events_gone",
            ),
        ),
        migrations.AddIndex(
            model_name="choiceevent",
            index=models.Index(
                condition=models.Q(("pgh_context__isnull", True)),
                fields=["-pgh_created_at"],
                name="choice_unsigned",
            ),
        ),
        migrations.AddIndex(
            model_name="examevent",
            index=models.Index(
                condition=models.Q(("pgh_label", "delete")),
                fields=["-pgh_id"],
                name="exam_events_gone",
            ),
        ),
        migrations.AddIndex(
            model_name="examevent",
            index=models.Index(
                condition=models.Q(("pgh_context__isnull", True)),
                fields=["-pgh_created_at"],
                name="exam_unsigned",
            ),
        ),
        migrations.AddIndex(
            model_name="lightningquestionevent",
            index=models.Index(
                condition=models.Q(("pgh_label", "delete")),
                fields=["-pgh_id"],
                name="lightning_events_gone",
            ),
        ),
        migrations.AddIndex(
            model_name="lightningquestionevent",
            index=models.Index(
                condition=models.Q(("pgh_context__isnull", True)),
                fields=["-pgh_created_at"],
                name="lightning_unsigned",
            ),
        ),
        migrations.AddIndex(
            model_name="questioncategoryevent",
            index=models.Index(
                condition=models.Q(("pgh_label", "delete")),
                fields=["-pgh_id"],
                name="question_category_events_gone",
            ),
        ),
        migrations.AddIndex(
            model_name="questioncategoryevent",
            index=models.Index(
                condition=models.Q(("pgh_context__isnull", True)),
                fields=["-pgh_created_at"],
                name="question_category_unsigned",
            ),
        ),
        migrations.AddIndex(
            model_name="questionevent",
            index=models.Index(
                condition=models.Q(("pgh_label", "delete")),
                fields=["-pgh_id"],
                name="question_events_gone",
            ),
        ),
        migrations.AddIndex(
            model_name="questionevent",
            index=models.Index(
                condition=models.Q(("pgh_context__isnull", True)),
                fields=["-pgh_created_at"],
                name="question_unsigned",
            ),
        ),
        migrations.AddIndex(
            model_name="questionexamevent",
            index=models.Index(
                condition=models.Q(("pgh_label", "delete")),
                fields=["-pgh_id"],
                name="question_exam_events_gone",
            ),
        ),
        migrations.AddIndex(
            model_name="questionexamevent",
            index=models.Index(
                condition=models.Q(("pgh_context__isnull", True)),
                fields=["-pgh_created_at"],
                name="question_exam_unsigned",
            ),
        ),
        migrations.AddIndex(
            model_name="subjectevent",
            index=models.Index(
                condition=models.Q(("pgh_label", "delete")),
                fields=["-pgh_id"],
                name="subject_events_gone",
            ),
        ),
        migrations.AddIndex(
            model_name="subjectevent",
            index=models.Index(
                condition=models.Q(("pgh_context__isnull", True)),
                fields=["-pgh_created_at"],
                name="subject_unsigned",
            ),
        ),
    ]
