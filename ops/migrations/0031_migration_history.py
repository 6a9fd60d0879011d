from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "migration_history_v1.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0030_io_and_growth"),
    ]

    operations = [
        migrations.CreateModel(
            name="AppliedMigration",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("app", models.TextField()),
                ("name", models.TextField(verbose_name="migration")),
                ("applied_at", models.DateTimeField(verbose_name="applied")),
                (
                    "applied_by",
                    models.TextField(blank=True, db_default="", verbose_name="by"),
                ),
                ("seconds", models.FloatField(null=True, verbose_name="took")),
                ("server_version", models.TextField(blank=True, db_default="")),
                ("reversed_at", models.DateTimeField(null=True, verbose_name="taken back")),
                (
                    "reversed_by",
                    models.TextField(blank=True, db_default="", verbose_name="taken back by"),
                ),
            ],
            options={
                "verbose_name": "migration",
                "db_table": "migration_history",
                "ordering": ("-id",),
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("reversed_at", None)),
                        fields=["app", "name"],
                        name="migration_that_holds",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            SQL.read_text(),
            "DROP TRIGGER record_migration ON public.django_migrations;"
            "DROP FUNCTION public.record_migration()",
        ),
    ]
