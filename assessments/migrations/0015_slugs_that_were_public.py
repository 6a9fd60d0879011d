from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Slugs of drafts, and those that a moderator had changed, lead nowhere."""

    dependencies = [("assessments", "0014_session_archetypes")]

    operations = [
        migrations.AddField(
            model_name="profileslug",
            name="was_public",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.RunSQL(
            # Which of them were is not known: all that led on until now.
            """
            UPDATE public.profile_slug_history AS s SET was_public = true
            FROM public.public_profiles AS p
            WHERE p.user_id = s.user_id AND p.published_at IS NOT NULL
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            (SQL / "follow_profile_v2.sql").read_text(),
            """
            DROP TRIGGER follow_member ON public.members;
            DROP TRIGGER follow_profile_changed ON public.public_profiles;
            DROP TRIGGER follow_profile_made ON public.public_profiles;
            DROP FUNCTION public.follow_member();
            DROP FUNCTION public.follow_profile();
            """
            + (SQL / "follow_profile_v1.sql").read_text(),
        ),
        migrations.RunSQL(
            """
            ALTER POLICY slugs_of_readable_profiles ON public.profile_slug_history USING (
                was_public AND user_id IN (SELECT p.user_id FROM public.public_profiles AS p)
            )
            """,
            """
            ALTER POLICY slugs_of_readable_profiles ON public.profile_slug_history USING (
                user_id IN (SELECT p.user_id FROM public.public_profiles AS p)
            )
            """,
        ),
    ]
