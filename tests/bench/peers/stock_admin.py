"""Django's own changelist of the descriptors, as anybody would declare it, and its addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from flavors.models import Descriptor

site = admin.AdminSite(name="stock")


@admin.register(Descriptor, site=site)
class StockDescriptorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "descriptor_text",
        "term",
        "descriptor_type",
        "intensity",
        "user",
        "item_name",
        "source_type",
        "ai_extracted",
        "created_at",
    )
    list_filter = ("descriptor_type", "source_type", "intensity", "ai_extracted")
    list_select_related = ("term", "user")
    list_per_page = 50
    search_fields = ("descriptor_text",)


urlpatterns = [path("stock/", site.urls), path("", include("config.urls"))]


def templates() -> list[dict[str, Any]]:
    """Django's before those of the theme."""
    own = Path(admin.__file__).parent / "templates"
    return [{**each, "DIRS": [own, *each["DIRS"]]} for each in settings.TEMPLATES]
