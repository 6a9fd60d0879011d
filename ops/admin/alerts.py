"""The screens of alerts: the list, one with its history, and the rules with their limits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import SimpleListFilter, register
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import display

from ops.admin.history import HistoryAdmin
from ops.admin.reading import ReadingAdmin
from ops.alerts.actions import SPANS, acknowledge, add_note
from ops.alerts.levels import rule_named
from ops.alerts.words import in_unit
from ops.models import Alert, AlertThreshold
from ops.work import Refused

COLOURS = {"Critical": "danger", "Warning": "warning", "All is well": "success"}


class AlertFilter(SimpleListFilter):
    """Open ones, unless somebody asks for others."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("unseen", "Nobody sees to it"), ("resolved", "Resolved"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield first | {"display": "Open"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        match self.value():
            case "unseen":
                return queryset.unacknowledged()
            case "resolved":
                return queryset.exclude(resolved_at=None)
            case "all":
                return queryset
        return queryset.open()


class Said(forms.Form):
    """What the buttons of an alert's page send."""

    span = forms.CharField(max_length=2, required=False)
    note = forms.CharField(max_length=2000, required=False)


@register(Alert)
class AlertAdmin(ReadingAdmin):
    page_template = "admin/ops/alert/page.html"
    list_display = ("level_shown", "message", "state", "created_at", "resolved_at")
    list_display_links = ("message",)
    list_filter = (AlertFilter, "level")
    search_fields = ("rule", "subject", "message")
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-id",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path(
                "<path:object_id>/acknowledge/",
                view(self.acknowledge_view),
                name="ops_alert_acknowledge",
            ),
            path("<path:object_id>/note/", view(self.note_view), name="ops_alert_note"),
            *super().get_urls(),
        ]

    @display(description="level", ordering="level", label=COLOURS)
    def level_shown(self, alert: Alert) -> str:
        return alert.get_level_display()

    @display(description="state")
    def state(self, alert: Alert) -> str:
        return state_of(alert)

    def page_context(self, request: HttpRequest, obj: Alert) -> dict[str, Any]:
        rule = rule_named(obj.rule)
        return {
            "title": rule.title if rule else obj.rule,
            "alert": obj,
            "rule": rule,
            "state": state_of(obj),
            "kind": COLOURS[obj.get_level_display()],
            "events": obj.events.order_by("-id")[:200],
            "before": Alert.objects.filter(rule=obj.rule, subject=obj.subject)
            .exclude(pk=obj.pk)
            .order_by("-id")[:10],
            "where": reverse(f"admin:{rule.page}") if rule and rule.page else "",
            "spans": [(key, words) for key, (words, _) in SPANS.items()],
            "may_decide": self.may_decide(request),
        }

    def acknowledge_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.said(request, object_id, acknowledge, "span", "note")

    def note_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.said(request, object_id, add_note, "note")

    def said(self, request: HttpRequest, object_id: str, action: Any, *names: str) -> HttpResponse:
        if request.method != "POST" or not self.may_decide(request):
            raise PermissionDenied
        alert = self.get_object(request, unquote(object_id))
        if alert is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        form = Said(request.POST)
        try:
            if not form.is_valid():
                raise Refused("A note has 2,000 characters at most.")
            values = {name: form.cleaned_data[name] for name in names}
            self.message_user(
                request, action(alert=alert, user=request.user, **values), messages.SUCCESS
            )
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        return redirect("admin:ops_alert_change", quote(alert.pk))

    def may_decide(self, request: HttpRequest) -> bool:
        return request.user.has_perm("ops.change_alert")


def state_of(alert: Alert) -> str:
    if alert.resolved_at:
        return "Resolved"
    if alert.acknowledged_until and alert.acknowledged_until > timezone.now():
        by = alert.acknowledged_by
        return f"Seen to{f' by {by.get_username()}' if by else ''}"
    return "Open"


# How a limit is typed.
UNITS = {
    "bytes": "In bytes: 1073741824 is 1 GB.",
    "ms": "In milliseconds.",
    "number": "A number.",
    "percent": "In percent.",
    "seconds": "In seconds: 3600 is an hour.",
}
OTHER_SIDE = {"above": "below", "below": "above"}


class ThresholdForm(forms.ModelForm):  # type: ignore[type-arg]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule_named(self.instance.rule)
        # Who may only look has no fields.
        for name in {"warning", "critical"} & self.fields.keys():
            if self.rule:
                words = f"{self.rule.wrong_when.capitalize()} it. {UNITS[self.rule.unit]}"
                self.fields[name].help_text = f"{words} Empty: never."

    def clean(self) -> dict[str, Any]:
        """What is critical is a warning, too."""
        values = super().clean() or self.cleaned_data
        first, last = values.get("warning"), values.get("critical")
        if self.rule and first is not None and last is not None:
            wrong = last < first if self.rule.wrong_when == "above" else last > first
            if wrong:
                side = OTHER_SIDE[self.rule.wrong_when]
                self.add_error("critical", f"It is {side} the warning, which would never show.")
        return values


@register(AlertThreshold)
class AlertThresholdAdmin(HistoryAdmin):
    """A row for each declared rule: nobody adds or deletes one."""

    form = ThresholdForm
    fields = ("title", "now", "as_declared", "warning", "critical", "is_enabled")
    readonly_fields = ("title", "now", "as_declared")
    list_display = ("title", "now", "limits", "is_enabled")
    list_per_page = 100
    show_full_result_count = False
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).with_worst()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    @display(description="rule", ordering="rule")
    def title(self, kept: AlertThreshold) -> str:
        return str(kept)

    @display(description="now")
    def now(self, kept: Any) -> str:
        """The worst of its subjects."""
        rule = rule_named(kept.rule)
        if kept.trouble:
            return f"Cannot be measured: {kept.trouble}"
        worst = kept.highest if rule is None or rule.wrong_when == "above" else kept.lowest
        return "-" if rule is None or worst is None else in_unit(rule.unit, worst)

    @display(description="warning, critical")
    def limits(self, kept: AlertThreshold) -> str:
        return limits_in_words(kept.rule, kept.warning, kept.critical)

    @display(description="as declared")
    def as_declared(self, kept: AlertThreshold) -> str:
        return limits_in_words(kept.rule, kept.declared_warning, kept.declared_critical)


def limits_in_words(name: str, warning: float | None, critical: float | None) -> str:
    """ "above 20 %, critical above 40 %"."""
    rule = rule_named(name)
    if rule is None:
        return ""
    said = [
        f"{level}{rule.wrong_when} {in_unit(rule.unit, limit)}"
        for level, limit in (("", warning), ("critical ", critical))
        if limit is not None
    ]
    return ", ".join(said) or "never"
