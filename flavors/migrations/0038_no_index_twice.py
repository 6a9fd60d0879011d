import django.db.models.deletion
from django.db import migrations, models

from ops.migrations_sql import drop_index


class Migration(migrations.Migration):
    """Indexes of foreign keys with which another one begins. The keys stay as they are: Django
    would make them anew, and look at all rows.
    """

    dependencies = [
        ("flavors", "0037_terms_sorted_in_sooner"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name="itempartition",
            name="listed_at",
        ),
        migrations.SeparateDatabaseAndState(
            [
                drop_index(
                    "flavor_categories_parent_id_625dbfc5", "public.flavor_categories (parent_id)"
                ),
                drop_index(
                    "flavor_terms_category_id_16c92623", "public.flavor_terms (category_id)"
                ),
                drop_index(
                    "term_dismissals_first_id_04c57303", "public.term_dismissals (first_id)"
                ),
                drop_index(
                    "term_merge_parts_merge_id_7a53c769", "public.term_merge_parts (merge_id)"
                ),
                drop_index(
                    "term_similarities_first_id_2e17abf6", "public.term_similarities (first_id)"
                ),
            ],
            [
                migrations.AlterField(
                    model_name="flavorcategory",
                    name="parent",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="flavors.flavorcategory",
                    ),
                ),
                migrations.AlterField(
                    model_name="mergedterm",
                    name="merge",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="flavors.termmerge",
                    ),
                ),
                migrations.AlterField(
                    model_name="term",
                    name="category",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terms",
                        to="flavors.flavorcategory",
                    ),
                ),
                migrations.AlterField(
                    model_name="termdismissal",
                    name="first",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="flavors.term",
                    ),
                ),
                migrations.AlterField(
                    model_name="termsimilarity",
                    name="first",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="flavors.term",
                    ),
                ),
            ],
        ),
    ]
