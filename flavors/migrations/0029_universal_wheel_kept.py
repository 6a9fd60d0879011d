from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"
FILL = """
    INSERT INTO public.descriptor_wheel_terms (
        term_id, wheel_type, category_id, uses, intensity_sum, intensity_count
    )
    SELECT * FROM public.wheel_terms_counted()
"""


def changed(now: str, before: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / f"{now}.sql").read_text(), (SQL / f"{before}.sql").read_text())


class Migration(migrations.Migration):
    dependencies = [("flavors", "0028_smaller_descriptor_indexes")]

    operations = [
        migrations.CreateModel(
            name="WheelTerm",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "term",
                        "wheel_type",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "wheel_type",
                    models.TextField(
                        choices=[
                            ("aroma", "Aroma"),
                            ("flavor", "Flavor"),
                            ("combined", "Combined"),
                            ("metaphor", "Metaphor"),
                        ]
                    ),
                ),
                (
                    "category_id",
                    models.BigIntegerField(
                        help_text="Where the term was at the last refresh; 0: in no category."
                    ),
                ),
                ("uses", models.BigIntegerField()),
                ("intensity_sum", models.BigIntegerField()),
                ("intensity_count", models.BigIntegerField()),
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
                "db_table": "descriptor_wheel_terms",
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        fields=["wheel_type", "category_id", "-uses", "term"],
                        name="wheel_terms_by_branch",
                    )
                ],
            },
        ),
        create_function(SQL / "wheel_terms_counted_v1.sql", "wheel_terms_counted(bigint[])"),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        changed("fold_into_wheels_v1", "fold_into_wheels_v1_down"),
        changed("fold_descriptor_changes_v4", "fold_descriptor_changes_v4_down"),
        changed("check_figures_of_all_time_v3", "check_figures_of_all_time_v3_down"),
        changed("universal_wheel_leaves_v3", "universal_wheel_leaves_v3_down"),
    ]
