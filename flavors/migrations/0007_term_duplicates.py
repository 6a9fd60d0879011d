from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("flavors", "0006_functions_of_seed_003"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TermMerge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "merged_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "merged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "survivor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="flavors.term",
                    ),
                ),
            ],
            options={
                "db_table": "term_merges",
                "ordering": ("-merged_at", "-id"),
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="MergedTerm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="flavors.term",
                    ),
                ),
                (
                    "was_into",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="flavors.term",
                    ),
                ),
                (
                    "merge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="flavors.termmerge",
                    ),
                ),
            ],
            options={
                "db_table": "term_merge_parts",
                "ordering": ("id",),
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TermSimilarity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "method",
                    models.TextField(
                        choices=[
                            ("fingerprint", "Same words"),
                            ("2-gram", "Same pairs of letters"),
                            ("edit distance", "One or two letters apart"),
                        ]
                    ),
                ),
                ("similarity", models.FloatField()),
                ("uses", models.BigIntegerField()),
                (
                    "weight",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            models.F("similarity"), "*", models.F("uses")
                        ),
                        output_field=models.FloatField(),
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="flavors.term",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="flavors.term",
                    ),
                ),
            ],
            options={
                "verbose_name": "duplicate term",
                "db_table": "term_similarities",
                "default_permissions": ("view", "change", "compare"),
            },
        ),
        migrations.CreateModel(
            name="TermBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field", models.TextField()),
                ("outcome", models.TextField(help_text="What was done, as a sentence.")),
                ("before", models.JSONField()),
                ("after", models.JSONField()),
                (
                    "changed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "term_batches",
                "ordering": ("-id",),
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("field__in", ("status", "category_id"))),
                        name="term_batch_field_is_known",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="termmerge",
            index=models.Index(
                condition=models.Q(("undone_at__isnull", True)),
                fields=["-merged_at", "-id"],
                name="term_merge_stands",
            ),
        ),
        migrations.AddConstraint(
            model_name="mergedterm",
            constraint=models.UniqueConstraint(
                fields=("merge", "term"), name="merge_moves_a_term_once"
            ),
        ),
        migrations.AddIndex(
            model_name="termsimilarity",
            index=models.Index(
                fields=["-weight", "-similarity", "id"], name="term_similarity_by_weight"
            ),
        ),
        migrations.AddConstraint(
            model_name="termsimilarity",
            constraint=models.UniqueConstraint(
                fields=("first", "second"), name="terms_are_similar_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="termsimilarity",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))),
                name="similar_terms_are_ordered",
            ),
        ),
        migrations.AddConstraint(
            model_name="termsimilarity",
            constraint=models.CheckConstraint(
                condition=models.Q(("method__in", ["fingerprint", "2-gram", "edit distance"])),
                name="term_similarity_method_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="termsimilarity",
            constraint=models.CheckConstraint(
                condition=models.Q(("similarity__gte", 0), ("similarity__lte", 1)),
                name="term_similarity_is_a_share",
                violation_error_message="Similarity is 0 to 1.",
            ),
        ),
        create_function(SQL / "compare_terms_v1.sql", "compare_terms()"),
    ]
