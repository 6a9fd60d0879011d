from datetime import UTC, datetime

import django.db.models.functions.comparison
import django.db.models.functions.text
import django.db.models.lookups
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0039_plain_json"),
        ("assessments", "0026_ranks_on_steps"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        AddConstraintNotValid(
            model_name="assessmentsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length(
                            django.db.models.functions.comparison.Cast(
                                "interview_transcript", models.TextField()
                            )
                        ),
                        1000000,
                    ),
                    models.Func(
                        "interview_transcript",
                        function="public.json_is_plain",
                        output_field=models.BooleanField(),
                    ),
                ),
                name="session_transcript_is_plain",
                violation_error_message="Interview transcript has 1,000,000 characters at most, is nested 50 deep at most, and has no number beyond 1e300.",
            ),
        ),
        AddConstraintNotValid(
            model_name="assessmentsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("current_section"), 200
                    )
                ),
                name="session_section_is_short",
                violation_error_message="Current section has 200 characters at most.",
            ),
        ),
        AddConstraintNotValid(
            model_name="assessmentsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("last_activity_at__gte", datetime(1970, 1, 1, tzinfo=UTC)),
                    ("last_activity_at__lt", datetime(3000, 1, 1, tzinfo=UTC)),
                ),
                name="session_is_of_our_era",
                violation_error_message="Last activity at is of the years 1970 to 2999.",
            ),
        ),
    ]
