"""What moderators keep themselves: canned reasons, badges, and words that no slug may have."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import register
from django.db.models import PositiveIntegerField, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from assessments.models import Badge, ModerationReason, ProfileEvent, ReservedWord
from assessments.models.choices import REASONED, Action
from assessments.queries.lists import unknown_badges, with_holders
from ops.admin.deletion import CountedDeletion
from ops.admin.history import HistoryAdmin
from ops.pages import COUNTED


class Catalogue(CountedDeletion, HistoryAdmin):
    """A key stays what it was: decisions, profiles and slugs refer to it."""

    list_per_page = 100
    show_full_result_count = False
    # Deleting is for one row's own page, which says what stands in the way.
    actions = None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (str(self.opts.pk.name),) if obj else ()


class ReasonForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    actions = forms.MultipleChoiceField(
        required=False,
        label="Offered for",
        choices=[(action.value, action.label) for action in REASONED],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="None: for all of them.",
    )

    class Meta:
        model = ModerationReason
        fields = ("code", "label", "actions", "message", "note", "position", "is_active")
        widgets = {
            "code": UnfoldAdminTextInputWidget,
            "label": UnfoldAdminTextInputWidget,
            "message": UnfoldAdminTextareaWidget(attrs={"rows": 4}),
            "note": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        }


@register(ModerationReason)
class ModerationReasonAdmin(Catalogue):
    form = ReasonForm
    in_the_way = (
        (ProfileEvent, "reason", "Decisions that name it (make it inactive instead, and nobody"
         " is offered it any more)"),
    )  # fmt: skip
    list_display = ("label", "code", "offered_for", "message", "state", "position")
    list_editable = ("position",)
    # In the list its heading is nobody's label.
    formfield_overrides = {
        PositiveIntegerField: {
            "widget": UnfoldAdminIntegerFieldWidget(attrs={"aria-label": "Position"})
        }
    }
    list_filter = ("is_active",)
    search_fields = ("code", "label", "message")
    search_help_text = "Any part of the label, the code or the text"

    @display(description="offered for")
    def offered_for(self, reason: ModerationReason) -> str:
        return ", ".join(str(Action(name).label) for name in reason.actions) or "All"

    @display(description="state", label={"Active": "success", "Inactive": "warning"})
    def state(self, reason: ModerationReason) -> str:
        return "Active" if reason.is_active else "Inactive"


class BadgeForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = Badge
        fields = ("code", "label", "description", "criteria")
        widgets = {
            "code": UnfoldAdminTextInputWidget,
            "label": UnfoldAdminTextInputWidget,
            "description": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        }


@register(Badge)
class BadgeAdmin(Catalogue):
    form = BadgeForm
    list_before_template = "admin/assessments/badge/unknown.html"
    list_display = ("label", "code", "description", "holders")
    search_fields = ("code", "label", "description")
    search_help_text = "Any part of the label, the code or the description"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Badge]:
        rows = super().get_queryset(request)
        screen = request.resolver_match.url_name if request.resolver_match else ""
        return with_holders(rows) if (screen or "").endswith("_changelist") else rows

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"unknown": unknown_badges(), "may_add": self.has_add_permission(request)}
        return super().changelist_view(request, context | (extra_context or {}))

    @display(description="profiles")
    def holders(self, badge: Badge) -> SafeString:
        count: int = badge.holder_count  # type: ignore[attr-defined]  # annotated
        return format_html(
            '<a class="steward-link" href="{}?badge={}">{}</a>',
            reverse("admin:assessments_publicprofile_changelist"),
            badge.pk,
            f"{COUNTED:,}+" if count > COUNTED else f"{count:,}",
        )


class WordForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = ReservedWord
        fields = ("word", "anywhere")
        widgets = {"word": UnfoldAdminTextInputWidget}

    def clean_word(self) -> str:
        return str(self.cleaned_data["word"]).strip().lower()


@register(ReservedWord)
class ReservedWordAdmin(Catalogue):
    form = WordForm
    list_display = ("word", "refused")
    list_filter = ("anywhere",)
    search_fields = ("word",)
    search_help_text = "Any part of the word"

    @display(description="refused")
    def refused(self, word: ReservedWord) -> str:
        return "Among other words, too" if word.anywhere else "As the whole slug"
