"""Wheels on the screen: look at any, save it, make the saved ones again, compare two."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from unfold.decorators import display

from flavors.admin.statistics import StatisticsAdmin
from flavors.admin.wheel_choosing import Chosen, choose
from flavors.admin.wheel_files import file_of
from flavors.admin.wheel_pages import ShownWheel, query_of, wheel_now, wheel_then
from flavors.models import FlavorWheel
from flavors.wheels.comparing import differences_between, likeness
from flavors.wheels.png import NoFont
from flavors.wheels.reading import COUNTED, count_of_stale, with_state
from flavors.wheels.saving import REGENERATE, STALE, order, save_wheel
from flavors.wheels.subjects import CHOSEN, Subject, subject_of
from ops.admin.following import run_context
from ops.audit import record
from ops.pages import EstimatedPaginator
from ops.work import Refused

PREFIX = "flavors_flavorwheel"
# Of the table of differences.
DIFFERENCES = 200
KINDS = (("svg", "SVG"), ("png", "PNG"), ("json", "JSON"))


@register(FlavorWheel)
class FlavorWheelAdmin(StatisticsAdmin):
    kept = ("changelist", "change", "delete")
    page_template = "admin/flavors/wheel/saved.html"
    list_before_template = "admin/flavors/wheel/above_list.html"
    list_display = ("whose", "scope_label", "type_label", "descriptors", "generated", "state")
    list_select_related = ("user",)
    list_filter = ("scope", "wheel_type")
    search_fields = ("scope_value", "user__display_name")
    search_help_text = "An item, a category, or a member's name"
    when_empty = "Look at a wheel and save it: it keeps the figures of that moment."
    list_per_page = 50
    paginator = EstimatedPaginator
    show_full_result_count = False
    actions = None

    # --- Who ---------------------------------------------------------------------------------
    def may(self, request: HttpRequest, verb: str) -> bool:
        return request.user.has_perm(f"flavors.{verb}_flavorwheel")

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.may(request, "delete")

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        """Back to the list: Django's own way leads those who change nothing to the start page."""
        super().response_delete(request, obj_display, obj_id)
        return redirect(f"admin:{PREFIX}_changelist")

    def require(self, request: HttpRequest, verb: str = "view") -> None:
        if not (self.may(request, verb) and self.has_view_permission(request)):
            raise PermissionDenied

    def sees_members(self, request: HttpRequest) -> bool:
        return request.user.has_perm("assessments.view_member")

    def choose(self, request: HttpRequest, prefix: str = "") -> Chosen:
        """A file's address says all of it, whichever way it is asked for."""
        asked = request.POST if "scope" in request.POST else request.GET
        return choose(asked, prefix, sees_members=self.sees_members(request))

    def subject(self, request: HttpRequest, wheel: FlavorWheel) -> Subject:
        found = subject_of(wheel)
        return found if self.sees_members(request) else found.nameless

    # --- Addresses ---------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("look/", view(self.look_view), name=f"{PREFIX}_look"),
            path("look/file/<slug:kind>/", view(self.file_view), name=f"{PREFIX}_file"),
            path("save/", view(self.save_view), name=f"{PREFIX}_save"),
            path("compare/", view(self.compare_view), name=f"{PREFIX}_compare"),
            path("regenerate/", view(self.regenerate_view), name=f"{PREFIX}_regenerate"),
            path("<uuid:pk>/again/", view(self.again_view), name=f"{PREFIX}_again"),
            path(
                "<uuid:pk>/file/<slug:kind>/",
                view(self.saved_file_view),
                name=f"{PREFIX}_saved_file",
            ),
            *super().get_urls(),
        ]

    # --- The saved ---------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[FlavorWheel]:
        names = Value(self.sees_members(request), BooleanField())
        return with_state(super().get_queryset(request)).defer("data").annotate(shows_name=names)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return self.search_fields if self.sees_members(request) else self.search_fields[:1]

    @display(description="of", ordering="scope_value")
    def whose(self, wheel: Any) -> str:
        subject = subject_of(wheel)
        return (subject if wheel.shows_name else subject.nameless).words

    @display(description="scope", ordering="scope")
    def scope_label(self, wheel: FlavorWheel) -> str:
        return wheel.get_scope_display()

    @display(description="type", ordering="wheel_type")
    def type_label(self, wheel: FlavorWheel) -> str:
        return wheel.get_wheel_type_display()

    @display(description="descriptors", ordering="descriptor_count")
    def descriptors(self, wheel: FlavorWheel) -> str:
        return f"{wheel.descriptor_count:,}"

    @display(description="generated", ordering="generated_at")
    def generated(self, wheel: FlavorWheel) -> Any:
        return wheel.generated_at

    @display(description="state", label={"Fresh": "success", "Stale": "warning"})
    def state(self, wheel: Any) -> str:
        return "Stale" if wheel.is_stale else "Fresh"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        more = {"may_regenerate": self.may(request, "change"), **(extra_context or {})}
        return super().changelist_view(request, more)

    def page_context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        subject = self.subject(request, obj)
        shown = wheel_then(obj, subject, within=request.GET.get("within", ""))
        return {
            "title": subject.title,
            "saved": obj,
            "shown": shown,
            "files": files_of(shown, f"{PREFIX}_saved_file", {}, pk=obj.pk),
            "now": self.address_of(subject) if subject.scope in CHOSEN else "",
            **run_context(request.user, (REGENERATE,), str(obj.pk)),
            "may_regenerate": self.may(request, "change"),
            "may_delete": self.may(request, "delete"),
        }

    # --- Any wheel, as it is now -------------------------------------------------------------
    def look_view(self, request: HttpRequest) -> HttpResponse:
        self.require(request)
        chosen = self.choose(request)
        context: dict[str, Any] = {"title": "Look at a wheel", "chosen": chosen}
        if chosen.subject and chosen.is_short_of:
            return redirect(self.address_of(chosen.subject))
        if subject := chosen.subject:
            within = request.GET.get("within", "")
            shown = wheel_now(subject, within=within)
            context |= {
                "shown": shown,
                "files": files_of(shown, f"{PREFIX}_file", subject.values),
                "saved": self.state_of(subject),
                "here": subject.query,
                "compare": urlencode({f"a-{name}": each for name, each in subject.values.items()}),
                "may_save": self.may(request, "add") and self.may(request, "change"),
            }
        return self.page(request, "look", context)

    def state_of(self, subject: Subject) -> FlavorWheel | None:
        found = subject.saved()
        return with_state(FlavorWheel.objects.filter(pk=found.pk)).first() if found else None

    def save_view(self, request: HttpRequest) -> HttpResponse:
        self.require(request, "add")
        self.require(request, "change")
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        subject = self.choose(request).subject
        if subject is None:
            self.message_user(request, "Choose what the wheel is of.", messages.ERROR)
            return redirect(f"admin:{PREFIX}_look")
        try:
            wheel = save_wheel(subject=subject, user=request.user)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(self.address_of(subject))
        self.message_user(request, "The wheel is saved.", messages.SUCCESS)
        return redirect(f"admin:{PREFIX}_change", wheel.pk)

    # --- Files -------------------------------------------------------------------------------
    def file_view(self, request: HttpRequest, kind: str) -> HttpResponse:
        self.require(request)
        subject = self.choose(request).subject
        if subject is None:
            raise Http404("There is no such wheel.")
        shown = wheel_now(subject, within=request.GET.get("within", ""))
        return self.file(request, shown, kind, timezone.now())

    def saved_file_view(self, request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
        self.require(request)
        wheel = get_object_or_404(FlavorWheel.objects.select_related("user"), pk=pk)
        shown = wheel_then(
            wheel, self.subject(request, wheel), within=request.GET.get("within", "")
        )
        return self.file(request, shown, kind, wheel.generated_at)

    def file(self, request: HttpRequest, shown: ShownWheel, kind: str, moment: Any) -> HttpResponse:
        """Of a member's wheel by POST, because it is recorded."""
        if shown.subject.user_id and request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            answer = file_of(shown, kind, moment)
        except NoFont as problem:
            self.message_user(request, str(problem), messages.ERROR)
            return redirect(self.address_of(shown.subject))
        if shown.subject.user_id:
            details = {"label": shown.title, "format": kind}
            member = shown.subject.user_id
            record(action="export_wheel", entity_type="member", entity_id=member, details=details)
        return answer

    # --- Again -------------------------------------------------------------------------------
    def again_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        self.require(request, "change")
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        order(wheel=get_object_or_404(FlavorWheel, pk=pk), user=request.user)
        return redirect(f"admin:{PREFIX}_change", pk)

    def regenerate_view(self, request: HttpRequest) -> HttpResponse:
        """All that are stale: how many, then the run and how far it is."""
        self.require(request, "change")
        if request.method == "POST":
            order(wheel=None, user=request.user)
            return redirect(f"admin:{PREFIX}_regenerate")
        count = count_of_stale()
        context = {
            "title": "Regenerate stale wheels",
            "count": count,
            "is_more": count == COUNTED,
            **run_context(request.user, (REGENERATE,), STALE),
        }
        return self.page(request, "regenerate", context)

    # --- Two ---------------------------------------------------------------------------------
    def compare_view(self, request: HttpRequest) -> HttpResponse:
        self.require(request)
        one, other = self.choose(request, "a-"), self.choose(request, "b-")
        context: dict[str, Any] = {"title": "Compare two wheels", "sides": (one, other)}
        if one.subject and other.subject:
            context |= compared(one.subject, other.subject)
        return self.page(request, "compare", context)

    # --- Pages -------------------------------------------------------------------------------
    def page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        everywhere = self.admin_site.each_context(request)
        full = {**everywhere, "opts": self.opts, "page": name, **context}
        return TemplateResponse(request, f"admin/flavors/wheel/{name}.html", full)

    def address_of(self, subject: Subject) -> str:
        return f"{reverse(f'admin:{PREFIX}_look')}?{query_of(subject)}"


def compared(one: Subject, other: Subject) -> dict[str, Any]:
    first, second = wheel_now(one, key="one"), wheel_now(other, key="other")
    every = differences_between(first.whole, second.whole)
    found = [each for each in every if each.is_seen]
    alike = likeness(first.whole, second.whole)
    return {
        "pair": (first, second),
        "differences": found[:DIFFERENCES],
        "more": max(0, len(found) - DIFFERENCES),
        "same": len(every) - len(found),
        "is_one": one == other,
        "alike": None if alike is None else round(100 * alike),
    }


def files_of(shown: ShownWheel, name: str, query: dict[str, str], **given: Any) -> list[Any]:
    """(kind, address) of each file; of the part that is shown."""
    within = {"within": shown.within} if shown.is_part else {}
    asked = f"?{urlencode(query | within)}" if query or within else ""
    return [
        (words, reverse(f"admin:{name}", kwargs={"kind": kind, **given}) + asked)
        for kind, words in KINDS
    ]
