from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

REPAIR = """
    UPDATE public.cs_assessment_sessions SET
        interview_transcript = CASE
            WHEN length(interview_transcript::text) <= 1000000
                AND public.json_is_plain(interview_transcript)
            THEN interview_transcript ELSE '[]' END,
        current_section = left(current_section, 200),
        last_activity_at = LEAST(
            GREATEST(last_activity_at, '1970-01-01 00:00:00+00'), '2999-12-31 23:59:59.999999+00'
        )
    WHERE length(interview_transcript::text) > 1000000
        OR NOT public.json_is_plain(interview_transcript)
        OR length(current_section) > 200
        OR last_activity_at < '1970-01-01 00:00:00+00'
        OR last_activity_at >= '3000-01-01 00:00:00+00'
"""


class Migration(migrations.Migration):
    """Readers and writers go on while the rows that are there are looked at. Of what members could
    write before, a transcript that is too long, too deep or has too large a number becomes an empty
    one; of a section's name 200 characters stay; a moment goes to the nearest of 1970 to 2999.
    """

    dependencies = [("assessments", "0026_what_clients_write")]

    operations = [
        migrations.RunSQL(REPAIR, migrations.RunSQL.noop),
        ValidateConstraint("assessmentsession", "session_transcript_is_plain"),
        ValidateConstraint("assessmentsession", "session_section_is_short"),
        ValidateConstraint("assessmentsession", "session_is_of_our_era"),
    ]
