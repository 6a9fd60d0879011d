import django.db.models.fields.json
import django.db.models.functions.text
import django.db.models.lookups
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

# Its triggers would lay the edit of what is approved aside again.
REPAIR = """
    ALTER TABLE public.public_profiles DISABLE TRIGGER USER;
    UPDATE public.public_profiles AS p SET
        email = CASE WHEN length(p.email) <= 320 THEN p.email END,
        video_url = CASE WHEN length(p.video_url) <= 2000 THEN p.video_url END,
        pending_revision = (
            SELECT jsonb_object_agg(each.key, left(each.value, CASE each.key
                WHEN 'name' THEN 120 WHEN 'profile_slug' THEN 80 WHEN 'video_url' THEN 2000
                ELSE 5000
            END))
            FROM jsonb_each_text(p.pending_revision) AS each
        )
    WHERE length(p.email) > 320 OR length(p.video_url) > 2000
        OR length(p.pending_revision ->> 'name') > 120
        OR length(p.pending_revision ->> 'profile_slug') > 80
        OR length(p.pending_revision ->> 'self_description') > 5000
        OR length(p.pending_revision ->> 'public_summary') > 5000
        OR length(p.pending_revision ->> 'video_url') > 2000;
    ALTER TABLE public.public_profiles ENABLE TRIGGER USER
"""


def at_most(model: str, field: str, characters: int, name: str) -> AddConstraintNotValid:
    return AddConstraintNotValid(
        model_name=model,
        constraint=models.CheckConstraint(
            condition=models.Q(
                django.db.models.lookups.LessThanOrEqual(
                    django.db.models.functions.text.Length(field), characters
                )
            ),
            name=name,
            violation_error_message=(
                f"{field.replace('_', ' ').capitalize()} has {characters:,} characters at most."
            ),
        ),
    )


def short_edit(field: str, characters: int) -> AddConstraintNotValid:
    length = django.db.models.functions.text.Length(
        django.db.models.fields.json.KeyTextTransform(field, "pending_revision")
    )
    label = field.replace("_", " ").capitalize()
    return AddConstraintNotValid(
        model_name="publicprofile",
        constraint=models.CheckConstraint(
            condition=models.Q(django.db.models.lookups.LessThanOrEqual(length, characters)),
            name=f"revision_{field}_is_short",
            violation_error_message=f"{label} has {characters:,} characters at most.",
        ),
    )


class Migration(migrations.Migration):
    """Of profiles, an address that is too long to be one is none; of an edit that waits the
    beginnings of its texts stay.
    """

    dependencies = [("assessments", "0029_reasons_that_are_deleted")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.RunSQL(REPAIR, migrations.RunSQL.noop),
        at_most("publicprofile", "video_url", 2_000, "profile_video_is_short"),
        at_most("publicprofile", "email", 320, "profile_email_is_short"),
        short_edit("name", 120),
        short_edit("profile_slug", 80),
        short_edit("self_description", 5_000),
        short_edit("public_summary", 5_000),
        short_edit("video_url", 2_000),
        at_most("assessmentsession", "video_url", 2_000, "session_video_is_short"),
    ]
