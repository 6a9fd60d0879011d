from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.core.cache.backends.dummy import DummyCache
from django.db.models.signals import post_migrate
from waffle.apps import WaffleConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Steward"

    def ready(self) -> None:
        from unfold import sites

        from config import checks, roles  # noqa: F401  # importing checks registers them

        # The theme would keep what the palette found for five minutes: people who are erased since,
        # and what somebody may not see any more.
        sites.cache = DummyCache("", {})  # type: ignore[assignment]
        post_migrate.connect(roles.synchronise_after_migrate, dispatch_uid="steward-roles")


class FlagsConfig(WaffleConfig):
    verbose_name = "Feature flags"


class SiteConfig(AdminConfig):
    default_site = "config.site.StewardSite"
