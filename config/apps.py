from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Steward"

    def ready(self) -> None:
        from config import checks, roles  # noqa: F401  # importing checks registers them

        post_migrate.connect(roles.synchronise_after_migrate, dispatch_uid="steward-roles")
