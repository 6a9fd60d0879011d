from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

STUDY = """
    UPDATE public.study_sessions SET
        start_time = LEAST(
            GREATEST(start_time, '1970-01-01 00:00:00+00'), '2999-12-31 23:59:59.999999+00'
        ),
        end_time = CASE
            WHEN end_time >= '1970-01-01 00:00:00+00' AND end_time < '3000-01-01 00:00:00+00'
            THEN end_time END
    WHERE start_time < '1970-01-01 00:00:00+00' OR start_time >= '3000-01-01 00:00:00+00'
        OR end_time < '1970-01-01 00:00:00+00' OR end_time >= '3000-01-01 00:00:00+00'
"""
INTERACTIONS = """
    UPDATE public.user_interactions SET
        details = CASE
            WHEN length(details::text) <= 8000 AND public.json_is_plain(details)
            THEN details ELSE '{}' END,
        entity_type = left(entity_type, 100),
        entity_id = left(entity_id, 200)
    WHERE length(details::text) > 8000 OR NOT public.json_is_plain(details)
        OR length(entity_type) > 100 OR length(entity_id) > 200
"""


class Migration(migrations.Migration):
    """Readers and writers go on while the rows that are there are looked at. Of what members could
    write before, a start goes to the nearest moment of 1970 to 2999, and an end outside them is
    unknown; details that are too long, too deep or have too large a number become empty ones; what
    an interaction is about keeps 100 characters of its type and 200 of its key.
    """

    dependencies = [("quizbank", "0043_what_clients_write")]

    operations = [
        migrations.RunSQL(STUDY, migrations.RunSQL.noop),
        migrations.RunSQL(INTERACTIONS, migrations.RunSQL.noop),
        ValidateConstraint("studysession", "study_begins_in_our_era"),
        ValidateConstraint("studysession", "study_ends_in_our_era"),
        ValidateConstraint("userinteraction", "interaction_details_are_small"),
        ValidateConstraint("userinteraction", "interaction_entity_type_is_short"),
        ValidateConstraint("userinteraction", "interaction_entity_id_is_short"),
    ]
