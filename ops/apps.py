from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class OpsConfig(AppConfig):
    name = "ops"
    verbose_name = "Operations"

    def ready(self) -> None:
        from ops import matviews

        autodiscover_modules("operations")
        post_migrate.connect(
            matviews.synchronise_declarations, sender=self, dispatch_uid="declared-views"
        )
