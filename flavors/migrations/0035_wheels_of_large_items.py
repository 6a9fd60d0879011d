from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"
NO_NOTES = """
    DROP TRIGGER note_hidden_member ON public.members;
    DROP FUNCTION public.note_hidden_member();
    DROP TRIGGER note_deletes ON public.flavor_descriptors;
    DROP TRIGGER note_updates ON public.flavor_descriptors;
    DROP TRIGGER note_inserts ON public.flavor_descriptors;
    DROP FUNCTION public.note_item_updates();
    DROP FUNCTION public.note_item_changes();
    DROP FUNCTION public.is_in_wheels(text);
    ALTER TABLE public.descriptor_item_changes ALTER COLUMN id DROP IDENTITY;
"""
NO_TERMS = """
    DROP FUNCTION public.item_differences(integer[]);
    DROP FUNCTION public.items_hold();
    DROP FUNCTION public.item_partitions();
    DROP FUNCTION public.kept_item_size();
"""
NO_FOLD = """
    DROP FUNCTION public.fold_into_items();
    DROP FUNCTION public.forget_unused_items();
    DROP FUNCTION public.place_item_terms();
    DROP FUNCTION public.add_to_item_terms();
    DROP FUNCTION public.add_to_item_branches(integer);
    DROP FUNCTION public.take_item_changes(integer[]);
    DROP FUNCTION public.choose_items_to_count();
"""
NO_WHEEL = """
    DROP FUNCTION public.item_wheel_leaves(text[], text, integer);
    DROP FUNCTION public.is_kept_item(text);
"""


def read(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()


def changed(name: str, version: int) -> migrations.RunSQL:
    return migrations.RunSQL(read(f"{name}_v{version}"), read(f"{name}_v{version - 1}"))


class Migration(migrations.Migration):
    """What is kept is counted by the next refresh of the views; until then a wheel counts itself."""

    dependencies = [
        ("flavors", "0034_seed_forms_of_partitions"),
    ]

    operations = [
        migrations.CreateModel(
            name="DescriptorItem",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("item_name", models.TextField(unique=True)),
                ("uses", models.BigIntegerField()),
                ("is_kept", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "db_table": "descriptor_items",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ItemPartition",
            fields=[
                (
                    "partition",
                    models.BigIntegerField(help_text="Its oid.", primary_key=True, serialize=False),
                ),
                (
                    "listed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "db_table": "descriptor_item_partitions",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ItemBranch",
            fields=[
                ("aroma", models.IntegerField()),
                ("flavor", models.IntegerField()),
                ("metaphor", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "item",
                        "category_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("category_id", models.BigIntegerField()),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="flavors.descriptoritem",
                    ),
                ),
            ],
            options={
                "db_table": "descriptor_item_branches",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ItemChange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "item_name",
                        "id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("item_name", models.TextField()),
                ("id", models.BigIntegerField()),
                (
                    "descriptor_type",
                    models.TextField(
                        choices=[
                            ("aroma", "Aroma"),
                            ("flavor", "Flavor"),
                            ("texture", "Texture"),
                            ("defect", "Defect"),
                            ("metaphor", "Metaphor"),
                            ("mouthfeel", "Mouthfeel"),
                        ]
                    ),
                ),
                ("uses", models.IntegerField()),
                ("intensity_sum", models.IntegerField()),
                ("intensity_count", models.IntegerField()),
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
                "db_table": "descriptor_item_changes",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ItemTerm",
            fields=[
                ("aroma", models.IntegerField()),
                ("flavor", models.IntegerField()),
                ("metaphor", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "term",
                        "item",
                        "is_whole",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("is_whole", models.BooleanField(db_default=False, default=False)),
                (
                    "category_id",
                    models.BigIntegerField(
                        help_text="Where the term was at the last refresh; 0: in no category. None: it stands in no wheel by itself.",
                        null=True,
                    ),
                ),
                ("aroma_sum", models.IntegerField()),
                ("aroma_rated", models.IntegerField()),
                ("flavor_sum", models.IntegerField()),
                ("flavor_rated", models.IntegerField()),
                ("metaphor_sum", models.IntegerField()),
                ("metaphor_rated", models.IntegerField()),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="flavors.descriptoritem",
                    ),
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
                "db_table": "descriptor_item_terms",
                "abstract": False,
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        models.F("item"),
                        models.F("category_id"),
                        models.OrderBy(
                            django.db.models.expressions.CombinedExpression(
                                models.F("aroma"), "+", models.F("flavor")
                            ),
                            descending=True,
                        ),
                        models.F("term"),
                        condition=models.Q(("category_id__isnull", False)),
                        name="item_terms_combined",
                    ),
                    models.Index(
                        models.F("item"),
                        models.F("category_id"),
                        models.OrderBy(models.F("aroma"), descending=True),
                        models.F("term"),
                        condition=models.Q(("aroma__gt", 0), ("category_id__isnull", False)),
                        name="item_terms_aroma",
                    ),
                    models.Index(
                        models.F("item"),
                        models.F("category_id"),
                        models.OrderBy(models.F("flavor"), descending=True),
                        models.F("term"),
                        condition=models.Q(("category_id__isnull", False), ("flavor__gt", 0)),
                        name="item_terms_flavor",
                    ),
                    models.Index(
                        models.F("item"),
                        models.F("category_id"),
                        models.OrderBy(models.F("metaphor"), descending=True),
                        models.F("term"),
                        condition=models.Q(("category_id__isnull", False), ("metaphor__gt", 0)),
                        name="item_terms_metaphor",
                    ),
                ],
            },
        ),
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.RunSQL(read("note_item_changes_v1"), NO_NOTES),
        migrations.RunSQL(read("item_terms_v1"), NO_TERMS),
        migrations.RunSQL(read("fold_into_items_v1"), NO_FOLD),
        create_function(SQL / "check_items_v1.sql", "check_items()"),
        migrations.RunSQL(read("item_wheel_leaves_v1"), NO_WHEEL),
        changed("wheel_leaves", 5),
        changed("fold_descriptor_changes", 5),
        changed("check_figures_of_all_time", 4),
    ]
