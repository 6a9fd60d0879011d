import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ops.migrations_sql import drop_index


class Migration(migrations.Migration):
    """Indexes of foreign keys with which another one begins. The keys stay as they are: Django
    would make them anew, and look at all rows.
    """

    dependencies = [
        ("ops", "0042_nothing_follows_a_refresh"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            [
                drop_index("audit_logs_actor_id_303d1495", "public.audit_logs (actor_id)"),
                drop_index(
                    "ops_schedule_ticks_schedule_id_702449cc",
                    "public.ops_schedule_ticks (schedule_id)",
                ),
            ],
            [
                migrations.AlterField(
                    model_name="auditentry",
                    name="actor",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="scheduletick",
                    name="schedule",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ticks",
                        to="ops.schedulestate",
                    ),
                ),
            ],
        ),
    ]
