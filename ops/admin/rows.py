"""The rows of a list as the theme shows them: what is the same in each is made once a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.templatetags.admin_list import _coerce_field_name  # type: ignore[attr-defined]
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import lookup_field, quote
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import models
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, checkbox
from unfold.templatetags.unfold_list import (
    LINK_CLASSES,
    TABLE_ACTION_CELL_CLASSES,
    TABLE_CELL_CLASSES,
)
from unfold.utils import (
    display_for_dropdown,
    display_for_field,
    display_for_header,
    display_for_label,
    display_for_value,
)
from unfold.views import ChangeList

from ops.admin.lists import as_label

CHECKBOX = "action_checkbox"
# Dates, and names of other rows, stand on one line.
FITTING = (models.DateField, models.TimeField, models.ForeignKey)

type Texts = Callable[[Any], tuple[Any, ...]]


@dataclass(frozen=True)
class Column:
    """`texts` of a row fill the places of `html`, the last with what the column says."""

    html: str
    texts: Texts


def rows_of(changelist: Any) -> Iterator[SafeString]:
    """The cells of each row."""
    columns = columns_of(changelist)
    html, texts = "".join(each.html for each in columns), [each.texts for each in columns]
    for row in changelist.result_list:
        yield format_html(html, *(text for of_row in texts for text in of_row(row)))


def columns_of(changelist: Any) -> list[Column]:
    """The first one that leads to the row's page is its header."""
    links, found, is_linked = changelist.list_display_links, [], False
    for position, name in enumerate(changelist.list_display):
        classes, texts = column_of(changelist, position, name)
        inner, tag = "{}", "td"
        if links is not None and (name in links if links else not is_linked):
            tag, is_linked = "td" if is_linked else "th", True
            inner, texts = linked(changelist, texts)
        found.append(Column(f'<{tag} class="{classes}">{inner}</{tag}>', texts))
    return found


def column_of(changelist: Any, position: int, name: Any) -> tuple[str, Texts]:
    """Its classes, which may have a place too, and what it says."""
    admin, opts = changelist.model_admin, changelist.lookup_opts
    classes = " ".join((f"field-{_coerce_field_name(name, position)}", *TABLE_CELL_CLASSES))
    field = field_of(opts, name)
    if field is not None and not field.auto_created:
        classes += " nowrap" if isinstance(field, FITTING) else ""
        return classes, of_field(field, admin.get_empty_value_display())
    if name == CHECKBOX:
        return " ".join(TABLE_ACTION_CELL_CLASSES), boxed(admin)
    return classes + "{}", looked_up(admin, name)


# --- A column of the table -----------------------------------------------------------------------
def field_of(opts: Any, name: Any) -> Any:
    """As Django's admin has it; None for what is no column."""
    try:
        field = opts.get_field(name)
    except FieldDoesNotExist:
        return None
    if not field.is_relation:
        return field
    is_generic = field.many_to_one and not field.related_model
    is_its_key = not field.many_to_many and getattr(field, "attname", None) == name
    return None if is_generic or field.one_to_many or is_its_key else field


def of_field(field: Any, empty: str) -> Texts:
    name = field.name
    if isinstance(field.remote_field, models.ManyToOneRel):
        return lambda row: (named(row, name, empty),)
    if isinstance(field, models.BooleanField) and not field.flatchoices:
        return lambda row: (icon(getattr(row, name)),)
    choices = dict(field.flatchoices) if is_text(field) else {}
    if choices:
        return lambda row: (choices.get(getattr(row, name), empty),)
    return lambda row: (display_for_field(getattr(row, name), field, empty),)


def is_text(field: Any) -> bool:
    """Its values can be looked up."""
    return isinstance(field, models.CharField | models.TextField | models.IntegerField)


def named(row: Any, name: str, empty: str) -> Any:
    try:
        found = getattr(row, name)
    except ObjectDoesNotExist:
        return empty
    return empty if found is None else found


# --- A method, or what else is looked up ---------------------------------------------------------
def looked_up(admin: Any, name: Any) -> Texts:
    """(more classes, what it says)"""
    method = None if callable(name) or name == "__str__" else getattr(admin, name, None)

    def texts(row: Any) -> tuple[str, Any]:
        empty = admin.get_empty_value_display()
        try:
            attribute, value = method, None
            if method is None:
                _, attribute, value = lookup_field(name, row, admin)
            else:
                value = method(row)
        except ObjectDoesNotExist:
            return "", empty
        more = " !text-end" if getattr(attribute, "formatting", None) == "price" else ""
        if isinstance(value, date | time):
            more += " nowrap"
        return more, shown(attribute, row, name, value, empty)

    return texts


def shown(attribute: Any, row: Any, name: str, value: Any, empty: str) -> Any:
    """As `display(…)` of the attribute says."""
    empty = getattr(attribute, "empty_value_display", empty)
    if label := getattr(attribute, "label", None):
        return label_of(value, label, empty)
    if getattr(attribute, "dropdown", False):
        return display_for_dropdown(row, name, value, empty)
    if getattr(attribute, "header", False):
        return display_for_header(value, empty)
    if getattr(attribute, "boolean", False):
        return icon(value)
    return value if isinstance(value, str) else display_for_value(value, empty)


def label_of(value: Any, label: Any, empty: str) -> Any:
    if not isinstance(value, str):
        return display_for_label(value, empty, label)
    return as_label(str(value), label.get(value, "") if isinstance(label, dict) else "")


@lru_cache
def icon(value: Any) -> SafeString:
    return render_to_string("unfold/helpers/boolean.html", {"value": value})


# --- The box of a row, and its page --------------------------------------------------------------
def boxed(admin: Any) -> Texts:
    if type(admin).action_checkbox is not ModelAdmin.action_checkbox:
        return lambda row: (admin.action_checkbox(row),)
    html = checkbox_html()
    return lambda row: (format_html(html, row.pk),)


@lru_cache
def checkbox_html() -> str:
    return checkbox.render(ACTION_CHECKBOX_NAME, "{}")


def linked(changelist: Any, texts: Texts) -> tuple[str, Texts]:
    """Around what a column says, the link to the row's page; nothing where rows have none."""
    try:
        address = address_of(changelist)
    except NoReverseMatch:
        return "{}", texts
    classes = " ".join(LINK_CLASSES)
    if not changelist.is_popup:
        html = f'<a href="{{}}" class="{classes}" >{{}}</a>'
        return html, lambda row: with_parts(texts(row), address(row))
    key = str(changelist.to_field or changelist.lookup_opts.pk.attname)
    return (
        f'<a href="{{}}" class="{classes}"  data-popup-opener="{{}}">{{}}</a>',
        lambda row: with_parts(texts(row), address(row), row.serializable_value(key)),
    )


def with_parts(texts: Sequence[Any], *parts: Any) -> tuple[Any, ...]:
    """Before what the column says."""
    return (*texts[:-1], *parts, texts[-1])


def address_of(changelist: Any) -> Callable[[Any], str]:
    """Of a row's page, with the filters that lead back. Raises NoReverseMatch."""
    kept = {"preserved_filters": changelist.preserved_filters, "opts": changelist.opts}
    if type(changelist).url_for_result is not ChangeList.url_for_result:
        return lambda row: add_preserved_filters(kept, changelist.url_for_result(row))
    site, opts = changelist.model_admin.admin_site.name, changelist.opts
    page = reverse(f"{site}:{opts.app_label}_{opts.model_name}_change", args=["-"])
    before, _, after = page.rpartition("-")
    after += f"?{changelist.preserved_filters}" if changelist.preserved_filters else ""
    return lambda row: f"{before}{quote(getattr(row, changelist.pk_attname))}{after}"
