from datetime import UTC, datetime

import django.db.models.functions.comparison
import django.db.models.functions.text
import django.db.models.lookups
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0039_plain_json"),
        ("quizbank", "0043_sessions_read_in_their_order"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name="userinteraction",
            name="interaction_details_are_small",
        ),
        AddConstraintNotValid(
            model_name="studysession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("start_time__gte", datetime(1970, 1, 1, tzinfo=UTC)),
                    ("start_time__lt", datetime(3000, 1, 1, tzinfo=UTC)),
                ),
                name="study_begins_in_our_era",
                violation_error_message="Start time is of the years 1970 to 2999.",
            ),
        ),
        AddConstraintNotValid(
            model_name="studysession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("end_time__gte", datetime(1970, 1, 1, tzinfo=UTC)),
                    ("end_time__lt", datetime(3000, 1, 1, tzinfo=UTC)),
                ),
                name="study_ends_in_our_era",
                violation_error_message="End time is of the years 1970 to 2999.",
            ),
        ),
        AddConstraintNotValid(
            model_name="userinteraction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length(
                            django.db.models.functions.comparison.Cast(
                                "details", models.TextField()
                            )
                        ),
                        8000,
                    ),
                    models.Func(
                        "details",
                        function="public.json_is_plain",
                        output_field=models.BooleanField(),
                    ),
                ),
                name="interaction_details_are_small",
                violation_error_message="Details has 8,000 characters at most, is nested 50 deep at most, and has no number beyond 1e300.",
            ),
        ),
        AddConstraintNotValid(
            model_name="userinteraction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("entity_type"), 100
                    )
                ),
                name="interaction_entity_type_is_short",
                violation_error_message="Entity type has 100 characters at most.",
            ),
        ),
        AddConstraintNotValid(
            model_name="userinteraction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("entity_id"), 200
                    )
                ),
                name="interaction_entity_id_is_short",
                violation_error_message="Entity id has 200 characters at most.",
            ),
        ),
    ]
