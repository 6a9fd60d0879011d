"""Categories: the list and the form; the tree is a page of its own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import register
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from ops.admin.deletion import CountedDeletion
from ops.errors import reason_of
from quizbank.admin.category_tree import CategoryTree
from quizbank.models import Category, QuestionCategory


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    # What the database refused a moment ago; said here so that the form keeps the text.
    refusal = ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.refusal:
            raise ValidationError(self.refusal)
        return data


@register(Category)
class CategoryAdmin(CountedDeletion, CategoryTree):
    form = CategoryForm
    in_the_way = (
        (Category, "parent", "Categories below it, to be moved or deleted first"),
        (QuestionCategory, "category", "Questions in it, to be moved to another category first"),
    )
    list_display = ("code", "name", "kind", "exam", "parent", "position")
    list_select_related = ("exam", "parent")
    list_filter = ("exam", "kind")
    search_fields = ("code", "name")
    autocomplete_fields = ("parent", "exam")
    list_per_page = 50
    show_full_result_count = False

    def get_form(
        self, request: HttpRequest, obj: Category | None = None, change: bool = False, **kwargs: Any
    ) -> type[CategoryForm]:
        form = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", "")
        return form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DatabaseError as error:
            if request.method != "POST":
                raise
            # Nothing was written; the form comes again with its text and the database's reason.
            request.refusal = reason_of(error)  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)
