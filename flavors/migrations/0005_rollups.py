from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
DOWN = {
    "fold_member_terms": """
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
    """,
    "fold_descriptor_changes": "DROP FUNCTION public.fold_descriptor_changes();",
    "descriptor_views": """
        DROP VIEW public.mv_wheel_generation_stats;
        DROP MATERIALIZED VIEW public.mv_category_descriptor_summary;
        DROP VIEW public.mv_global_descriptor_stats;
        DROP VIEW public.mv_user_descriptor_summary;
        DROP VIEW public.flavor_category_paths;
    """,
    "refresh_descriptor_views": """
        DROP FUNCTION public.check_descriptor_rollups();
        DROP FUNCTION public.should_refresh_views(integer);
        DROP FUNCTION public.refresh_descriptor_views();
    """,
}


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0024_names_can_be_seen"),
        ("flavors", "0004_batches"),
        ("ops", "0018_roll_ups"),
    ]

    operations = [
        migrations.CreateModel(
            name="CategoryDescriptorSummary",
            fields=[
                ("usage_count", models.BigIntegerField(verbose_name="uses")),
                ("ai_count", models.BigIntegerField(verbose_name="by AI")),
                ("avg_intensity", models.DecimalField(decimal_places=2, max_digits=4, null=True)),
                ("first_used_at", models.DateTimeField(null=True, verbose_name="first use")),
                ("last_used_at", models.DateTimeField(null=True, verbose_name="last use")),
                ("category", models.TextField(null=True)),
                ("subcategory", models.TextField(null=True)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "category_id",
                        "subcategory_id",
                        "descriptor_type",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "category_id",
                    models.BigIntegerField(help_text="0: of terms without a category."),
                ),
                (
                    "subcategory_id",
                    models.BigIntegerField(help_text="0: of terms of the category itself."),
                ),
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
                ("term_count", models.BigIntegerField(verbose_name="terms")),
            ],
            options={
                "db_table": "mv_category_descriptor_summary",
                "abstract": False,
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="GlobalDescriptorStat",
            fields=[
                ("usage_count", models.BigIntegerField(verbose_name="uses")),
                ("ai_count", models.BigIntegerField(verbose_name="by AI")),
                ("avg_intensity", models.DecimalField(decimal_places=2, max_digits=4, null=True)),
                ("first_used_at", models.DateTimeField(null=True, verbose_name="first use")),
                ("last_used_at", models.DateTimeField(null=True, verbose_name="last use")),
                ("category_id", models.BigIntegerField(null=True)),
                ("category", models.TextField(null=True)),
                ("subcategory_id", models.BigIntegerField(null=True)),
                ("subcategory", models.TextField(null=True)),
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
                ("normalized_form", models.TextField()),
                ("descriptor_text", models.TextField(verbose_name="term")),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("suggested", "Suggested"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                        ]
                    ),
                ),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "term",
                        "descriptor_type",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("user_count", models.BigIntegerField(verbose_name="members")),
            ],
            options={
                "db_table": "mv_global_descriptor_stats",
                "abstract": False,
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="UserDescriptorSummary",
            fields=[
                ("usage_count", models.BigIntegerField(verbose_name="uses")),
                ("ai_count", models.BigIntegerField(verbose_name="by AI")),
                ("avg_intensity", models.DecimalField(decimal_places=2, max_digits=4, null=True)),
                ("first_used_at", models.DateTimeField(null=True, verbose_name="first use")),
                ("last_used_at", models.DateTimeField(null=True, verbose_name="last use")),
                ("category_id", models.BigIntegerField(null=True)),
                ("category", models.TextField(null=True)),
                ("subcategory_id", models.BigIntegerField(null=True)),
                ("subcategory", models.TextField(null=True)),
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
                ("normalized_form", models.TextField()),
                ("descriptor_text", models.TextField(verbose_name="term")),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("suggested", "Suggested"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                        ]
                    ),
                ),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "user",
                        "term",
                        "descriptor_type",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "mv_user_descriptor_summary",
                "abstract": False,
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="WheelGenerationStat",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="assessments.member",
                    ),
                ),
                ("descriptor_count", models.BigIntegerField()),
                ("unique_descriptors", models.BigIntegerField()),
                ("aroma_count", models.BigIntegerField()),
                ("flavor_count", models.BigIntegerField()),
                ("metaphor_count", models.BigIntegerField()),
                ("last_descriptor_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "mv_wheel_generation_stats",
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DescriptorMonth",
            fields=[
                ("uses", models.BigIntegerField()),
                ("ai_uses", models.BigIntegerField()),
                ("intensity_sum", models.BigIntegerField()),
                ("intensity_count", models.BigIntegerField()),
                (
                    "month",
                    models.DateField(help_text="Its first day.", primary_key=True, serialize=False),
                ),
                ("members", models.BigIntegerField()),
            ],
            options={
                "db_table": "descriptor_months",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TermMonth",
            fields=[
                ("uses", models.BigIntegerField()),
                ("ai_uses", models.BigIntegerField()),
                ("intensity_sum", models.BigIntegerField()),
                ("intensity_count", models.BigIntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "term",
                        "descriptor_type",
                        "month",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
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
                ("month", models.DateField(help_text="Its first day.")),
                ("members", models.BigIntegerField()),
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
                "db_table": "descriptor_term_months",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="MemberTerm",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "term",
                        "user",
                        "descriptor_type",
                        "month",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("month", models.DateField(help_text="Its first day.")),
                ("uses", models.IntegerField()),
                ("ai_uses", models.IntegerField()),
                ("intensity_sum", models.IntegerField()),
                ("intensity_count", models.IntegerField()),
                ("first_used_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField()),
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
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assessments.member",
                    ),
                ),
            ],
            options={
                "db_table": "descriptor_member_terms",
                "default_permissions": (),
                "indexes": [models.Index(fields=["user", "month"], name="member_terms_of_member")],
            },
        ),
        migrations.CreateModel(
            name="TermTotal",
            fields=[
                ("uses", models.BigIntegerField()),
                ("ai_uses", models.BigIntegerField()),
                ("intensity_sum", models.BigIntegerField()),
                ("intensity_count", models.BigIntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "term",
                        "descriptor_type",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
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
                ("members", models.BigIntegerField()),
                ("first_used_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField()),
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
                "db_table": "descriptor_term_totals",
                "abstract": False,
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["descriptor_type", "-uses"], name="term_totals_by_use")
                ],
            },
        ),
        *(
            migrations.RunSQL((SQL / f"{name}_v1.sql").read_text(), down)
            for name, down in DOWN.items()
        ),
    ]
