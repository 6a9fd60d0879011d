"""Flavor categories: the tree as a list, with colours and what stands in each branch."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import register
from django.contrib.admin.views.main import ORDER_VAR
from django.db.models import BigIntegerField, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.decorators import display
from unfold.views import ChangeList
from unfold.widgets import UnfoldAdminTextInputWidget

from flavors.category_tree import branches_in_order
from flavors.models import FlavorCategory, Term
from flavors.wheels.colors import contrast, ink_on
from ops.admin.deletion import CountedDeletion
from ops.admin.history import HistoryAdmin
from ops.admin.refusals import RefusableAdmin, RefusableForm


class TreeList(ChangeList):
    """In the order of the tree, until somebody sorts by a column."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        sorted_by = super().get_ordering(request, queryset)
        return sorted_by if ORDER_VAR in self.params else ["place", "pk"]


class CategoryForm(RefusableForm):
    class Meta:
        widgets = {
            "name": UnfoldAdminTextInputWidget,
            "color": UnfoldAdminTextInputWidget(attrs={"placeholder": "#a97f34", "maxlength": 7}),
        }

    def clean_color(self) -> str:
        return (self.cleaned_data["color"] or "").lower()


@register(FlavorCategory)
class FlavorCategoryAdmin(RefusableAdmin, CountedDeletion, HistoryAdmin):
    form = CategoryForm
    in_the_way = (
        (FlavorCategory, "parent", "Categories below it, to be moved or deleted first"),
        (Term, "category", "Terms in it, to be moved to another category first"),
    )
    list_display = ("indented", "parent", "kind", "swatch", "terms_below", "uses_below", "position")
    list_select_related = ("parent",)
    list_filter = ("kind",)
    search_fields = ("name",)
    autocomplete_fields = ("parent",)
    readonly_fields = ("swatch",)
    list_per_page = 200
    show_full_result_count = False
    fields = ("name", "parent", "kind", "color", "swatch", "position")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(**branch_figures())

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return TreeList

    @display(description="name", ordering="place")
    def indented(self, category: Any) -> str:
        return "\N{EM SPACE}" * category.level + category.name

    @display(description="colour")
    def swatch(self, category: FlavorCategory) -> str:
        """As a slice looks: its colour under black or white letters, whichever is read better."""
        if not category.color:
            return "its parent's" if category.parent_id else "grey"
        ink = ink_on(category.color)
        return format_html(
            '<svg width="4.5rem" height="1.5rem" role="img" aria-label="{}">'
            '<rect width="100%" height="100%" rx="4" fill="{}"/>'
            '<text x="50%" y="70%" text-anchor="middle" font-size="12" fill="{}">{}</text></svg>'
            " contrast {}",
            category.color,
            category.color,
            ink,
            category.color,
            f"{contrast(ink, category.color):.1f}",
        )

    @display(description="terms of the branch", ordering="branch_terms")
    def terms_below(self, category: Any) -> str:
        return f"{category.branch_terms:,}"

    @display(description="uses of the branch", ordering="branch_uses")
    def uses_below(self, category: Any) -> str:
        return f"{category.branch_uses:,}"


def branch_figures() -> dict[str, RawSQL]:
    """What the list needs of the whole tree, by the place of each category in it."""
    branches = branches_in_order()
    keys = [branch.key for branch in branches]
    place = "array_position(%s::bigint[], flavor_categories.id)"
    figures = {
        name: RawSQL(f"(%s::bigint[])[{place}]", [values, keys], BigIntegerField())  # noqa: S611
        for name, values in (
            ("level", [branch.level for branch in branches]),
            ("branch_terms", [branch.terms for branch in branches]),
            ("branch_uses", [branch.uses for branch in branches]),
        )
    }
    return {"place": RawSQL(place, [keys], BigIntegerField())} | figures  # noqa: S611
