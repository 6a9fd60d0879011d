from datetime import UTC, datetime

import django.db.models.functions.comparison
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

# Locked, so that none comes between this and the rules.
REPAIR = """
    LOCK TABLE public.flavor_wheels IN SHARE ROW EXCLUSIVE MODE;
    UPDATE public.flavor_wheels SET
        data = CASE
            WHEN length(data::text) <= 1000000 AND public.json_is_plain(data)
            THEN data ELSE '{"categories": []}' END,
        generated_at = '1970-01-01 00:00:00+00'
    WHERE length(data::text) > 1000000 OR NOT public.json_is_plain(data)
        OR generated_at < '1970-01-01 00:00:00+00' OR generated_at >= '3000-01-01 00:00:00+00'
"""


class Migration(migrations.Migration):
    """Of what members could write before, a wheel whose figures are too long, too deep or have too
    large a number becomes an empty one; it, and one that was made outside the years 1970 to 2999,
    is as old as can be, and so made anew when it is next asked for.
    """

    dependencies = [
        ("ops", "0039_plain_json"),
        ("flavors", "0032_plans_are_kept"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.RunSQL(REPAIR, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="flavorwheel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length(
                            django.db.models.functions.comparison.Cast("data", models.TextField())
                        ),
                        1000000,
                    ),
                    models.Func(
                        "data", function="public.json_is_plain", output_field=models.BooleanField()
                    ),
                ),
                name="wheel_data_is_plain",
                violation_error_message="Data has 1,000,000 characters at most, is nested 50 deep at most, and has no number beyond 1e300.",
            ),
        ),
        migrations.AddConstraint(
            model_name="flavorwheel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("generated_at__gte", datetime(1970, 1, 1, tzinfo=UTC)),
                    ("generated_at__lt", datetime(3000, 1, 1, tzinfo=UTC)),
                ),
                name="wheel_is_of_our_era",
                violation_error_message="Generated at is of the years 1970 to 2999.",
            ),
        ),
    ]
