from pathlib import Path

from django.db import migrations

from ops.partitions import create_first_partitions

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("assessments", "0002_tables")]

    operations = [
        migrations.RunSQL(
            (SQL / "derive_profile_v1.sql").read_text(),
            """
            DROP TRIGGER derive_profile ON public.public_profiles;
            DROP FUNCTION public.derive_profile();
            DROP FUNCTION public.profile_revision(public.public_profiles, public.public_profiles);
            """,
        ),
        migrations.RunSQL(
            (SQL / "follow_profile_v1.sql").read_text(),
            """
            DROP TRIGGER follow_member ON public.members;
            DROP TRIGGER follow_profile_changed ON public.public_profiles;
            DROP TRIGGER follow_profile_made ON public.public_profiles;
            DROP FUNCTION public.follow_member();
            DROP FUNCTION public.follow_profile();
            """,
        ),
        migrations.RunSQL(
            (SQL / "profile_events_v1.sql").read_text(),
            """
            DROP TRIGGER state_is_recorded ON public.public_profiles;
            DROP TRIGGER check_profile_event ON public.profile_events;
            DROP FUNCTION public.check_state_is_recorded();
            DROP FUNCTION public.check_profile_event();
            """,
        ),
        migrations.RunSQL(
            (SQL / "row_security_v1.sql").read_text(),
            (SQL / "row_security_v1_down.sql").read_text(),
        ),
        create_first_partitions("cs_assessment_sessions", "year", ahead=3),
    ]
