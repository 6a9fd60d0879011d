from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
TYPES = ("aroma", "flavor", "texture", "defect", "metaphor", "mouthfeel")


def read(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()


def changed(name: str, forwards: str, backwards: str) -> migrations.RunSQL:
    return migrations.RunSQL(read(f"{name}_{forwards}"), read(f"{name}_{backwards}"))


class Migration(migrations.Migration):
    dependencies = [("flavors", "0019_similar_terms_by_size")]

    operations = [
        migrations.CreateModel(
            name="ItemCategoryBranch",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "item_category",
                        "category_id",
                        "descriptor_type",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("item_category", models.TextField()),
                ("category_id", models.BigIntegerField()),
                (
                    "descriptor_type",
                    models.TextField(choices=[(each, each.title()) for each in TYPES]),
                ),
                ("uses", models.BigIntegerField()),
            ],
            options={
                "db_table": "descriptor_item_category_branches",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TermMove",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "added_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "term",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="flavors.term",
                    ),
                ),
            ],
            options={
                "db_table": "descriptor_term_moves",
                "ordering": ("id",),
                "default_permissions": (),
            },
        ),
        migrations.RemoveIndex("itemcategorytotal", "item_category_terms_by_use"),
        migrations.AddField(
            "itemcategorytotal",
            "category_id",
            models.BigIntegerField(
                help_text="Where the term, or what it was merged into, was at the last refresh;"
                " 0: in no category. None: rejected.",
                null=True,
            ),
        ),
        migrations.RunSQL(
            read("item_category_totals_by_term_v1"),
            read("item_category_totals_by_term_v1_down"),
            state_operations=[
                migrations.AlterField(
                    "itemcategorytotal",
                    "pk",
                    models.CompositePrimaryKey(
                        "term",
                        "item_category",
                        "descriptor_type",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                )
            ],
        ),
        migrations.AddIndex(
            "itemcategorytotal",
            models.Index(
                fields=["item_category", "category_id", "descriptor_type", "-uses"],
                name="item_category_terms_by_branch",
            ),
        ),
        changed("fold_into_categories", "v2", "v2_down"),
        changed("fold_descriptor_changes", "v3", "v3_down"),
        changed("check_figures_of_all_time", "v2", "v2_down"),
        changed("wheel_leaves", "v3", "v3_down"),
    ]
