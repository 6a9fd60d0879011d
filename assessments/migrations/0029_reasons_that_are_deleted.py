from django.db import migrations, models


class Migration(migrations.Migration):
    """Who deletes a reason reads those decisions alone that gave it."""

    dependencies = [
        ("assessments", "0028_changes_by_column"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="profileevent",
            index=models.Index(
                condition=models.Q(("reason__isnull", False)),
                fields=["reason"],
                name="profile_event_by_reason",
            ),
        ),
    ]
