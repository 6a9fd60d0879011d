import django.db.models.deletion
from django.db import migrations, models

from ops.migrations_sql import drop_index


class Migration(migrations.Migration):
    """Indexes of foreign keys with which another one begins. The keys stay as they are: Django
    would make them anew, and look at all rows.
    """

    dependencies = [
        ("quizbank", "0053_chosen_once_however_spelled"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            [
                drop_index("categories_exam_id_17f786e3", "public.categories (exam_id)"),
                drop_index("categories_parent_id_fc02df82", "public.categories (parent_id)"),
                drop_index(
                    "question_dismissals_first_id_365dcb75", "public.question_dismissals (first_id)"
                ),
                drop_index(
                    "question_revisions_question_id_8ecfb2d2",
                    "public.question_revisions (question_id)",
                ),
                drop_index(
                    "question_similarities_first_id_917284b5",
                    "public.question_similarities (first_id)",
                ),
            ],
            [
                migrations.AlterField(
                    model_name="category",
                    name="exam",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Empty for a category that several exams share.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="categories",
                        to="quizbank.exam",
                    ),
                ),
                migrations.AlterField(
                    model_name="category",
                    name="parent",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="quizbank.category",
                    ),
                ),
                migrations.AlterField(
                    model_name="questiondismissal",
                    name="first",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="quizbank.question",
                    ),
                ),
                migrations.AlterField(
                    model_name="questionrevision",
                    name="question",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="revisions",
                        to="quizbank.question",
                    ),
                ),
                migrations.AlterField(
                    model_name="questionsimilarity",
                    name="first",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="quizbank.question",
                    ),
                ),
            ],
        ),
    ]
