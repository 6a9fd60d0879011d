"""Flavor categories: the tree of each kind with its colours, the list, and the form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import register
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from flavors.category_tree import FIGURES, Branch, flavor_tree, moving
from flavors.models import FlavorCategory, Term
from flavors.models.choices import CategoryKind
from flavors.wheels.colors import contrast, ink_on
from ops.admin.deletion import CountedDeletion
from ops.admin.refusals import RefusableAdmin, RefusableForm
from ops.admin.trees import RowForm, Scope, TreeAdmin
from ops.trees.reading import Tree

# `data-color` has colors.js put a picker beside it, and a sample with its contrast.
COLOR = UnfoldAdminTextInputWidget(
    attrs={"placeholder": "#a97f34", "maxlength": 7, "data-color": "", "aria-label": "Colour"}
)
NAME = UnfoldAdminTextInputWidget(attrs={"aria-label": "Name"})


class Colored:
    """#RRGGBB is said in lower case; empty: its parent's."""

    cleaned_data: dict[str, Any]

    def clean_color(self) -> str:
        return (self.cleaned_data["color"] or "").lower()


class CategoryForm(Colored, RefusableForm):
    class Meta:
        widgets = {"name": NAME, "color": COLOR}


class EditForm(Colored, RowForm):
    class Meta:
        model = FlavorCategory
        fields = ("name", "color")
        widgets = {"name": NAME, "color": COLOR}


class BranchForm(Colored, RowForm):
    class Meta:
        model = FlavorCategory
        fields = ("kind", "parent", "name", "color")
        widgets = {
            "kind": forms.HiddenInput,
            "parent": forms.HiddenInput,
            "name": NAME,
            "color": COLOR,
        }


@register(FlavorCategory)
class FlavorCategoryAdmin(RefusableAdmin, CountedDeletion, TreeAdmin):
    form = CategoryForm
    branch_form, edit_form = BranchForm, EditForm
    edit_label = "Edit"
    tree_title = "Flavor category tree"
    tree_hint = (
        "Figures are of the whole branch; merged terms count with what they were merged into."
        " The number on a colour is the contrast of letters on it, a dot a shade of what is above."
    )
    mark_template = "admin/flavors/flavorcategory/swatch.html"
    figures = tuple(FIGURES)
    figures_list = "flavors_term_changelist"
    figures_permission = "flavors.view_term"
    in_the_way = (
        (FlavorCategory, "parent", "Categories below it, to be moved or deleted first"),
        (Term, "category", "Terms in it, to be moved to another category first"),
    )
    list_display = ("name", "parent", "kind", "swatch", "position")
    list_select_related = ("parent",)
    list_filter = ("kind",)
    search_fields = ("name",)
    autocomplete_fields = ("parent",)
    list_per_page = 50
    show_full_result_count = False
    fields = ("name", "parent", "kind", "color", "position")

    class Media:
        css = {"all": ("tree.css",)}
        js = ("colors.js",)

    def import_url(self) -> str:
        return reverse("admin:flavors_categoryimport_changelist")

    def scopes(self) -> list[Scope]:
        return [
            Scope(kind.value, f"{kind.label}s", f"{kind.label}s", kind.value)
            for kind in CategoryKind
        ]

    def tree_of(self, scope: Scope) -> Tree[Branch]:
        return flavor_tree(kind=scope.value)

    def moving(self, category: Any) -> str:
        categories, terms, uses = moving(category_id=category.pk)
        return (
            f"{categories:,} categor{'y' if categories == 1 else 'ies'}"
            f" with {terms:,} term{'' if terms == 1 else 's'}"
            f" of {uses:,} use{'' if uses == 1 else 's'}"
        )

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
