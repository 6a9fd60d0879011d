"""Lists of many columns, with less work for each row than Django and the theme do."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.contrib.admin.utils import quote
from django.contrib.admin.views.main import ORDER_VAR
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.views import ChangeList


class QuickChangeList(ChangeList):
    """The address of the rows' pages is resolved once, with the filters that lead back."""

    preserved_filters: str

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.way_back = f"?{self.preserved_filters}" if self.preserved_filters else ""
        # Else the theme takes each row's address apart to add them.
        self.preserved_filters = ""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """After a chosen column the key, as indexes have it, and not the list's own order: rows
        without a figure are one long tie."""
        chosen = self.params.get(ORDER_VAR)
        return super().get_ordering(request, queryset.order_by() if chosen else queryset)

    @cached_property
    def around_key(self) -> tuple[str, str]:
        """Raises NoReverseMatch where rows have no page."""
        site, opts = self.model_admin.admin_site.name, self.opts
        page = reverse(f"{site}:{opts.app_label}_{opts.model_name}_change", args=["-"])
        before, _, after = page.rpartition("-")
        return before, after + self.way_back

    def url_for_result(self, result: Model) -> str:
        before, after = self.around_key
        return f"{before}{quote(getattr(result, self.pk_attname))}{after}"


class QuickListAdmin(ModelAdmin):
    # Where it lacks, the template looks through all names of the class, twice a row.
    list_sections = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return QuickChangeList


@lru_cache(maxsize=200)
def as_label(text: str, colour: str = "") -> SafeString:
    """What the theme makes of `display(label=…)`, for a column of few texts."""
    shown = {"label": text, "label_type": colour, "multiple": False}
    return render_to_string("unfold/helpers/display_label.html", shown)
