from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

SESSIONS = """
    UPDATE public.cs_assessment_sessions SET video_url = NULL WHERE length(video_url) > 2000
"""
EDITED = ("name", "profile_slug", "self_description", "public_summary", "video_url")


class Migration(migrations.Migration):
    """Readers and writers go on while the rows that are there are looked at. Of a session, too, an
    address that is too long to be one is none.
    """

    dependencies = [("assessments", "0030_addresses_are_short")]

    operations = [
        migrations.RunSQL(SESSIONS, migrations.RunSQL.noop),
        ValidateConstraint("publicprofile", "profile_video_is_short"),
        ValidateConstraint("publicprofile", "profile_email_is_short"),
        *(ValidateConstraint("publicprofile", f"revision_{name}_is_short") for name in EDITED),
        ValidateConstraint("assessmentsession", "session_video_is_short"),
    ]
