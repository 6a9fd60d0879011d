from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = "Assessments"

    def ready(self) -> None:
        from assessments import video

        post_migrate.connect(
            video.synchronise_after_migrate, sender=self, dispatch_uid="assessments-video-hosts"
        )
