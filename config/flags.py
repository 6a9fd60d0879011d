"""Feature flags, in the theme's own forms.

In code: `waffle.flag_is_active(request, "name")`, `waffle.switch_is_active("name")`; in templates
`{% load waffle_tags %}{% flag "name" %}…{% endflag %}`. What has no row is off.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db.models import ManyToManyField, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminRadioSelectWidget
from waffle.models import Flag, Sample, Switch

# A name is a part of a cookie's.
NAME = RegexValidator(r"^[a-z][a-z0-9_-]*\Z", "Use small letters, digits, - and _.")
STATES = {"On": "success", "Off": "danger", "For some": "info"}


class NamedForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        help_texts = {
            "name": "As the code calls it: small letters, digits, - and _.",
            "note": "What it is for, and when it may go.",
        }

    def clean_name(self) -> str:
        NAME(self.cleaned_data["name"])
        return str(self.cleaned_data["name"])

    def clean_percent(self) -> Any:
        percent = self.cleaned_data.get("percent")
        if percent is not None:
            MinValueValidator(0)(percent)
            MaxValueValidator(100)(percent)
        return percent


class FlagForm(NamedForm):
    everyone = forms.TypedChoiceField(
        label="State",
        required=False,
        choices=[("", "On for those below"), ("True", "On for everybody"), ("False", "Off")],
        coerce={"True": True, "False": False}.get,
        empty_value=None,
        widget=UnfoldAdminRadioSelectWidget,
    )

    class Meta:
        help_texts = NamedForm.Meta.help_texts | {
            "percent": "0.1 to 99.9 % of browsers: each is asked once, and remembers the answer.",
            "rollout": "Who is not among the percentage is asked again at the next visit.",
            "groups": "",
            "users": "",
            "superusers": "",
            "staff": "Whoever may log in here.",
            "authenticated": "Whoever is logged in.",
        }
        labels = {"percent": "Percentage", "rollout": "Growing", "users": "Persons"}


class RolloutAdmin(ModelAdmin):
    """Rows are saved one by one: each forgets its cached value."""

    form = NamedForm
    search_fields = ("name", "note")
    ordering = ("name",)
    actions = None
    list_per_page = 50
    show_full_result_count = False


@admin.register(Flag)
class FlagAdmin(RolloutAdmin):
    form = FlagForm
    list_display = ("name", "state", "whom", "note", "modified")
    fieldsets = (
        (None, {"fields": ("name", "note", "everyone")}),
        (
            "On for",
            {
                "fields": (
                    "percent",
                    "rollout",
                    "groups",
                    "users",
                    "superusers",
                    "staff",
                    "authenticated",
                ),
                "description": "One of these is enough.",
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("groups", "users")

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        if db_field.name == "users":
            # Nobody else logs in.
            kwargs["queryset"] = User.objects.filter(is_staff=True).order_by("username")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @display(description="state", label=STATES)
    def state(self, flag: Flag) -> str:
        return {True: "On", False: "Off", None: "For some"}[flag.everyone]

    @display(description="for")
    def whom(self, flag: Any) -> str:
        return "everybody" if flag.everyone else "nobody" if flag.everyone is False else some(flag)


def some(flag: Any) -> str:
    """Of a flag that is neither on nor off for all."""
    people = (
        (flag.percent, f"{flag.percent} % of browsers"),
        (flag.authenticated, "who is logged in"),
        (flag.staff, "staff"),
        (flag.superusers, "superusers"),
    )
    said = [words for holds, words in people if holds]
    return ", ".join(map(str, (*said, *flag.groups.all(), *flag.users.all()))) or "nobody"


@admin.register(Switch)
class SwitchAdmin(RolloutAdmin):
    list_display = ("name", "state", "note", "modified")
    fields = ("name", "note", "active")

    @display(description="state", label=STATES)
    def state(self, switch: Switch) -> str:
        return "On" if switch.active else "Off"


@admin.register(Sample)
class SampleAdmin(RolloutAdmin):
    list_display = ("name", "share", "note", "modified")
    fields = ("name", "note", "percent")

    @display(description="on for", ordering="percent")
    def share(self, sample: Sample) -> str:
        return f"{sample.percent} % of calls"
