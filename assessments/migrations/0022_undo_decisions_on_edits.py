from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0021_catalogue_history"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="profileevent",
            name="profile_event_step_is_known",
        ),
        migrations.AddConstraint(
            model_name="profileevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("action", "submit"), ("from_state", "draft"), ("to_state", "pending")
                    ),
                    models.Q(
                        ("action", "submit"),
                        ("from_state", "changes_requested"),
                        ("to_state", "pending"),
                    ),
                    models.Q(
                        ("action", "submit"), ("from_state", "rejected"), ("to_state", "pending")
                    ),
                    models.Q(
                        ("action", "publish"), ("from_state", "pending"), ("to_state", "published")
                    ),
                    models.Q(
                        ("action", "publish"),
                        ("from_state", "published"),
                        ("to_state", "published"),
                    ),
                    models.Q(
                        ("action", "request_changes"),
                        ("from_state", "pending"),
                        ("to_state", "changes_requested"),
                    ),
                    models.Q(
                        ("action", "request_changes"),
                        ("from_state", "published"),
                        ("to_state", "published"),
                    ),
                    models.Q(
                        ("action", "reject"), ("from_state", "pending"), ("to_state", "rejected")
                    ),
                    models.Q(
                        ("action", "reject"), ("from_state", "published"), ("to_state", "published")
                    ),
                    models.Q(
                        ("action", "hide"), ("from_state", "published"), ("to_state", "hidden")
                    ),
                    models.Q(
                        ("action", "restore"), ("from_state", "hidden"), ("to_state", "published")
                    ),
                    models.Q(
                        ("action", "appeal"), ("from_state", "hidden"), ("to_state", "appealed")
                    ),
                    models.Q(
                        ("action", "appeal"), ("from_state", "rejected"), ("to_state", "appealed")
                    ),
                    models.Q(
                        ("action", "uphold"), ("from_state", "appealed"), ("to_state", "hidden")
                    ),
                    models.Q(
                        ("action", "uphold"), ("from_state", "appealed"), ("to_state", "rejected")
                    ),
                    models.Q(
                        ("action", "overturn"),
                        ("from_state", "appealed"),
                        ("to_state", "published"),
                    ),
                    models.Q(
                        ("action", "withdraw"), ("from_state", "pending"), ("to_state", "draft")
                    ),
                    models.Q(
                        ("action", "withdraw"),
                        ("from_state", "changes_requested"),
                        ("to_state", "draft"),
                    ),
                    models.Q(
                        ("action", "withdraw"), ("from_state", "rejected"), ("to_state", "draft")
                    ),
                    models.Q(
                        ("action", "withdraw"), ("from_state", "published"), ("to_state", "draft")
                    ),
                    models.Q(
                        ("action", "withdraw"), ("from_state", "hidden"), ("to_state", "draft")
                    ),
                    models.Q(
                        ("action", "withdraw"), ("from_state", "appealed"), ("to_state", "draft")
                    ),
                    models.Q(
                        ("action", "undo"), ("from_state", "published"), ("to_state", "pending")
                    ),
                    models.Q(
                        ("action", "undo"), ("from_state", "published"), ("to_state", "published")
                    ),
                    models.Q(
                        ("action", "undo"),
                        ("from_state", "changes_requested"),
                        ("to_state", "pending"),
                    ),
                    models.Q(
                        ("action", "undo"), ("from_state", "rejected"), ("to_state", "pending")
                    ),
                    models.Q(
                        ("action", "undo"), ("from_state", "hidden"), ("to_state", "published")
                    ),
                    models.Q(
                        ("action", "undo"), ("from_state", "published"), ("to_state", "hidden")
                    ),
                    models.Q(
                        ("action", "undo"), ("from_state", "hidden"), ("to_state", "appealed")
                    ),
                    models.Q(
                        ("action", "undo"), ("from_state", "rejected"), ("to_state", "appealed")
                    ),
                    models.Q(
                        ("action", "undo"), ("from_state", "published"), ("to_state", "appealed")
                    ),
                    _connector="OR",
                ),
                name="profile_event_step_is_known",
            ),
        ),
        migrations.RunSQL(
            (SQL / "derive_profile_v3.sql").read_text(),
            (SQL / "derive_profile_v2.sql").read_text(),
        ),
        migrations.RunSQL(
            (SQL / "profile_events_v2.sql").read_text(),
            """
            DROP TRIGGER state_is_recorded ON public.public_profiles;
            DROP TRIGGER check_profile_event ON public.profile_events;
            DROP FUNCTION public.check_state_is_recorded();
            DROP FUNCTION public.check_profile_event();
            """
            + (SQL / "profile_events_v1.sql").read_text(),
        ),
        migrations.RunSQL(
            (SQL / "check_video_host_v2.sql").read_text(),
            """
            DROP TRIGGER check_video_host ON public.public_profiles;
            DROP FUNCTION public.check_video_host();
            DROP FUNCTION public.video_is_allowed(text);
            """
            + (SQL / "check_video_host_v1.sql").read_text(),
        ),
    ]
