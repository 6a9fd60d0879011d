from django.db import migrations

KEY = """
    SET LOCAL lock_timeout = '10s';
    ALTER TABLE public.quiz_sessions
        DROP CONSTRAINT quiz_sessions_pkey,
        ADD CONSTRAINT quiz_sessions_pkey PRIMARY KEY (id){more};
"""


class Migration(migrations.Migration):
    """The answers of a day are added up from the key alone: a session's row is wide. Each answer
    writes a new entry of the key anyway, since `last_activity_at` is in an index."""

    dependencies = [
        ("quizbank", "0041_answers_of_a_member"),
    ]

    operations = [
        migrations.RunSQL(KEY.format(more=" INCLUDE (answered_count)"), KEY.format(more="")),
    ]
