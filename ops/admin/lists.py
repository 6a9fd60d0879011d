"""What lists of content share."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.contrib.admin.views.main import ORDER_VAR
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.views import ChangeList


class QuickChangeList(ChangeList):
    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """After a chosen column the key, as indexes have it, and not the list's own order: rows
        without a figure are one long tie."""
        chosen = self.params.get(ORDER_VAR)
        return super().get_ordering(request, queryset.order_by() if chosen else queryset)


class QuickListAdmin(ModelAdmin):
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return QuickChangeList


@lru_cache(maxsize=200)
def as_label(text: str, colour: str = "") -> SafeString:
    """What the theme makes of `display(label=…)`, for a column of few texts."""
    shown = {"label": text, "label_type": colour, "multiple": False}
    return render_to_string("unfold/helpers/display_label.html", shown)
