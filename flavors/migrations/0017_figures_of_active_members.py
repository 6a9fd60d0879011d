from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
TYPES = ("aroma", "flavor", "texture", "defect", "metaphor", "mouthfeel")
NO_FOLD_BY_TRIGGER = """
    DROP TRIGGER lock_rollups ON public.descriptor_member_terms;
    DROP TRIGGER fold_inserts_into_months ON public.descriptor_member_terms;
    DROP TRIGGER fold_deletes_into_months ON public.descriptor_member_terms;
    DROP TRIGGER fold_updates_old_into_months ON public.descriptor_member_terms;
    DROP TRIGGER fold_updates_new_into_months ON public.descriptor_member_terms;
    DROP TRIGGER fold_inserts_into_terms ON public.descriptor_member_terms;
    DROP TRIGGER fold_deletes_into_terms ON public.descriptor_member_terms;
    DROP TRIGGER fold_updates_old_into_terms ON public.descriptor_member_terms;
    DROP TRIGGER fold_updates_new_into_terms ON public.descriptor_member_terms;
    DROP FUNCTION public.fold_into_terms();
    DROP FUNCTION public.fold_into_months();
    DROP FUNCTION public.lock_descriptor_rollups();
"""
ROWS_AGAIN = """
    INSERT INTO public.descriptor_member_terms (
        user_id, term_id, descriptor_type, month, uses, ai_uses, intensity_sum, intensity_count,
        first_used_at, last_used_at
    )
    SELECT
        t.user_id, t.term_id, t.descriptor_type, t.month, t.uses, t.ai_uses, t.intensity_sum,
        t.intensity_count, t.first_used_at, t.last_used_at
    FROM pg_temp.together AS t;
"""
NO_FIGURES = """
    DROP FUNCTION public.count_marked_days();
    DROP FUNCTION public.fold_into_terms();
    DROP FUNCTION public.fold_into_members();
    DROP FUNCTION public.fold_into_categories();
    DROP FUNCTION public.fold_into_totals();
    DROP FUNCTION public.fold_into_months();
"""
NO_FOLD = """
    DROP FUNCTION public.fold_descriptor_changes();
    DROP FUNCTION public.count_marked_month(date);
    DROP FUNCTION public.take_descriptor_changes();
"""
NO_CHECKS = """
    DROP FUNCTION public.check_descriptor_rollups(date);
    DROP FUNCTION public.check_figures_of_all_time();
    DROP FUNCTION public.check_figures_of_months(date);
    DROP FUNCTION public.check_counted_descriptors(date);
"""
NO_MARK_OF_HIDDEN = """
    DROP TRIGGER mark_hidden_member ON public.members;
    DROP FUNCTION public.mark_hidden_member();
"""


def read(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()


def key_of(model: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=model,
    )


def changed(name: str, version: str) -> migrations.RunSQL:
    return migrations.RunSQL(read(f"{name}_{version}"), read(f"{name}_{version}_down"))


class Migration(migrations.Migration):
    dependencies = [("flavors", "0016_members_terms_looked_up_once")]

    operations = [
        migrations.CreateModel(
            name="DescriptorDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("uses", models.BigIntegerField()),
                ("intensity_sum", models.BigIntegerField()),
                ("intensity_count", models.BigIntegerField()),
                (
                    "term_ids",
                    django.contrib.postgres.fields.ArrayField(models.BigIntegerField()),
                ),
            ],
            options={"db_table": "descriptor_days", "default_permissions": ()},
        ),
        migrations.CreateModel(
            name="ItemCategoryTotal",
            fields=[
                ("uses", models.BigIntegerField()),
                ("ai_uses", models.BigIntegerField()),
                ("intensity_sum", models.BigIntegerField()),
                ("intensity_count", models.BigIntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "item_category",
                        "term",
                        "descriptor_type",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("item_category", models.TextField()),
                (
                    "descriptor_type",
                    models.TextField(choices=[(each, each.title()) for each in TYPES]),
                ),
                ("term", key_of("flavors.term")),
            ],
            options={
                "db_table": "descriptor_item_category_totals",
                "abstract": False,
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        fields=["item_category", "descriptor_type", "-uses"],
                        name="item_category_terms_by_use",
                    )
                ],
            },
        ),
        migrations.AddField(
            "descriptorchange",
            "first_day",
            models.DateField(help_text="Of the descriptors (UTC).", null=True),
        ),
        migrations.AddField("descriptorchange", "last_day", models.DateField(null=True)),
        # Reversed, the rows come once the old triggers are back, which count them.
        migrations.RunSQL(NO_FOLD_BY_TRIGGER, read("fold_member_terms_v1") + ROWS_AGAIN),
        migrations.AddField(
            "memberterm",
            "counts",
            models.BooleanField(
                db_default=True, default=True, help_text="In the figures of everybody."
            ),
        ),
        migrations.AddField(
            "memberterm", "item_category", models.TextField(db_default="", default="")
        ),
        migrations.RunSQL(
            read("member_terms_by_item_category_v1"),
            read("member_terms_by_item_category_v1_down"),
            state_operations=[
                migrations.AlterField(
                    "memberterm",
                    "pk",
                    models.CompositePrimaryKey(
                        "term",
                        "user",
                        "descriptor_type",
                        "month",
                        "item_category",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                )
            ],
        ),
        migrations.RunSQL(read("fold_into_figures_v1"), NO_FIGURES),
        migrations.RunSQL(
            read("fold_descriptor_changes_v2"),
            NO_FOLD + read("fold_descriptor_changes_v1"),
        ),
        migrations.RunSQL(read("mark_descriptor_changes_v3"), read("mark_descriptor_changes_v2")),
        migrations.RunSQL(read("mark_hidden_member_v1"), NO_MARK_OF_HIDDEN),
        migrations.RunSQL(
            read("check_descriptor_rollups_v2"),
            NO_CHECKS + read("check_descriptor_rollups_v2_down"),
        ),
        changed("mv_global_descriptor_stats", "v2"),
        changed("get_descriptor_timeline", "v2"),
    ]
