"""What members do in their apps, of the last 90 days and more: the list, and one among others."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.admin import register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import Truncator
from unfold.contrib.filters.admin import TextFilter
from unfold.decorators import display

from ops.admin.filters import DayFilter
from ops.admin.keyset import KeysetAdmin
from ops.admin.reading import ReadingAdmin
from quizbank.activity import (
    QUESTION,
    SESSION,
    counted_by_day,
    interactions_around,
    key_of_thing,
    name_things,
)
from quizbank.admin.answer_filters import MemberByIndex
from quizbank.answer_sheets import names_of, short
from quizbank.models import UserInteraction


class ExactFilter(TextFilter):
    """The whole text of the column `parameter_name`."""

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[UserInteraction]
    ) -> QuerySet[UserInteraction]:
        given = (self.value() or "").strip()
        return queryset.filter(**{str(self.parameter_name): given}) if given else queryset


class ActionFilter(ExactFilter):
    title = "action"
    parameter_name = "action_type"


class ThingFilter(ExactFilter):
    title = "kind of thing"
    parameter_name = "entity_type"


class ThingIdFilter(ExactFilter):
    title = "id of the thing"
    parameter_name = "entity_id"


@register(UserInteraction)
class UserInteractionAdmin(KeysetAdmin, ReadingAdmin):
    page_template = "admin/quizbank/userinteraction/page.html"
    list_display = ("at", "member", "action", "about", "said")
    list_filter = (
        MemberByIndex,
        ActionFilter,
        ThingFilter,
        ThingIdFilter,
        ("created_at", DayFilter),
    )
    list_filter_submit = True
    reach = 100_000
    actions = None

    def furnish(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        names = names_of((row.user_id for row in rows), request.user)
        for row in rows:
            row.member_name = names.get(row.user_id) or short(row.user_id)
        name_things(rows)

    @display(description="when")
    def at(self, interaction: UserInteraction) -> datetime:
        return interaction.created_at

    @display(description="member")
    def member(self, interaction: Any) -> str:
        return narrowed(interaction.member_name, user_id=interaction.user_id)

    @display(description="action")
    def action(self, interaction: UserInteraction) -> str:
        return narrowed(interaction.action_type, action_type=interaction.action_type)

    @display(description="thing")
    def about(self, interaction: Any) -> str:
        if not interaction.entity_id:
            return interaction.entity_type
        return format_html(
            "{} {}",
            interaction.entity_type,
            narrowed(
                Truncator(interaction.thing).chars(60),
                entity_type=interaction.entity_type,
                entity_id=interaction.entity_id,
            ),
        )

    @display(description="details")
    def said(self, interaction: UserInteraction) -> str:
        return Truncator(written(interaction)).chars(60)

    def page_context(self, request: HttpRequest, obj: UserInteraction) -> Mapping[str, Any]:
        name = names_of([obj.user_id], request.user).get(obj.user_id) or short(obj.user_id)
        around = interactions_around(obj)
        name_things(around)
        return {
            "title": f"{obj.action_type} of {name}",
            "interaction": obj,
            "details": written(obj, indent=2),
            "member_name": name,
            "may_see_member": request.user.has_perm("assessments.view_member"),
            "around": around,
            "leads_to": page_of_thing(obj, request.user),
            "by_day": counted_by_day(obj),
        }


def written(interaction: UserInteraction, indent: int | None = None) -> str:
    details = interaction.details
    return json.dumps(details, ensure_ascii=False, indent=indent) if details else ""


def page_of_thing(interaction: UserInteraction, user: Any) -> str:
    """Where the thing has a page that this person may open."""
    pages = {QUESTION: "question", SESSION: "anyquizsession"}
    model, key = pages.get(interaction.entity_type), key_of_thing(interaction)
    if not (model and key and user.has_perm(f"quizbank.view_{model}")):
        return ""
    return reverse(f"admin:quizbank_{model}_change", args=[key])


def narrowed(text: str, **filters: Any) -> str:
    """Leads to the rows that say the same."""
    query = urlencode({name: value for name, value in filters.items() if value})
    return format_html('<a class="steward-link" href="?{}">{}</a>', query, text)
