"""Our rows are the theme's, character by character."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.admin import ModelAdmin as DjangoAdmin
from django.contrib.admin import site
from django.contrib.auth.models import User
from django.contrib.messages.storage.base import BaseStorage
from django.core.exceptions import FieldDoesNotExist
from django.test import RequestFactory
from django.urls import resolve, reverse
from unfold.admin import ModelAdmin
from unfold.templatetags.unfold_list import items_for_result
from unfold.utils import display_for_label

from ops.admin.lists import as_label
from ops.admin.rows import rows_of
from quizbank.models import Question
from tests.quizbank.learning import published

FIELDS = ("stem", "kind", "is_premium", "author", "system", "tags", "item_facility", "updated_at")
# Name: what it says, and how it is shown.
METHODS: dict[str, tuple[Any, dict[str, Any]]] = {
    "text": ("<b>", {}),
    "nothing": (None, {}),
    "many": (12_345, {"empty_value_display": "none"}),
    "none": (None, {"empty_value_display": "none"}),
    "day": (date(2026, 3, 31), {}),
    "maybe": (None, {"boolean": True}),
    "price": (1.5, {"formatting": "price"}),
    "colour": ("<b>", {"label": {"<b>": "info"}}),
    "plain": ("a", {"label": True}),
    "pair": (("x", "y"), {"label": {"x": "success"}}),
    "head": (["One", "two", "T"], {"header": True}),
}


def method(value: Any, options: dict[str, Any]) -> Any:
    def shown(self: Any, row: Any) -> Any:
        return value

    for option, given in options.items():
        setattr(shown, option, given)
    return shown


def of_row(row: Any) -> str:
    return f"{row.pk}"


class Columns(ModelAdmin):
    list_display = (*FIELDS, *METHODS, "__str__", "author_id", "has_unpublished_changes", of_row)
    actions = ("delete_selected",)


for name, given in METHODS.items():
    setattr(Columns, name, method(*given))


def changelist(admin: Any, query: str) -> Any:
    request = RequestFactory().get(reverse("admin:quizbank_question_changelist") + query)
    request.user = User.objects.create_superuser("root")
    request.resolver_match = resolve(request.path)
    request._messages = BaseStorage(request)  # type: ignore[attr-defined]
    return admin.get_changelist_instance(request)


@pytest.mark.django_db
@pytest.mark.parametrize("links", [None, (), ("kind", "text")])
@pytest.mark.parametrize("query", ["", "?status__exact=active&o=2", "?_popup=1", "?_to_field=id"])
def test_rows_are_the_themes(query: str, links: Any) -> None:
    published(stem="An <item>?")
    admin = Columns(Question, site)
    admin.list_display_links = links  # type: ignore[assignment]
    shown = changelist(admin, query)

    wanted = ["".join(items_for_result(shown, row, None)) for row in shown.result_list]
    assert wanted
    assert list(rows_of(shown)) == wanted


def test_labels_are_the_themes() -> None:
    assert as_label("<b>", "info") == display_for_label("<b>", "-", {"<b>": "info"})
    assert as_label("Draft") == display_for_label("Draft", "-", {"<b>": "info"})


def from_elsewhere(admin: DjangoAdmin[Any], name: Any) -> bool:
    try:
        field = admin.opts.get_field(name)
    except FieldDoesNotExist:
        return False
    return bool(field.auto_created and field.many_to_many)


def test_no_column_is_named_as_a_relation_from_elsewhere() -> None:
    """Django would show and sort by that, and not call the admin's method."""
    wrong = [
        f"{admin}: {name}"
        for admin in site._registry.values()
        for name in admin.list_display
        if from_elsewhere(admin, name)
    ]
    assert wrong == []
