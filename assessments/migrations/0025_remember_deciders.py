from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
# Without the triggers: nothing else follows from who decided.
FILL = """
    SET LOCAL lock_timeout = '10s';
    ALTER TABLE public.public_profiles DISABLE TRIGGER USER;
    UPDATE public.public_profiles AS p SET decided_by_id = last.actor_id
    FROM (
        SELECT DISTINCT ON (user_id) user_id, actor_id FROM public.profile_events
        WHERE actor_id IS NOT NULL ORDER BY user_id, version DESC
    ) AS last
    WHERE last.user_id = p.user_id;
    ALTER TABLE public.public_profiles ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0024_names_can_be_seen"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="publicprofile",
            name="decided_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="publicprofile",
            index=models.Index(
                fields=["decided_by", "-updated_at", "user"],
                condition=models.Q(("decided_by__isnull", False)),
                name="profile_by_decider",
            ),
        ),
        migrations.RunSQL(
            (SQL / "derive_profile_v4.sql").read_text(), (SQL / "derive_profile_v3.sql").read_text()
        ),
        migrations.RunSQL(
            (SQL / "remember_decider_v1.sql").read_text(),
            "DROP TRIGGER remember_decider ON public.profile_events;"
            "DROP FUNCTION public.remember_decider();",
        ),
    ]
