"""The boards on the screen: one a dimension, with its age, its filters and its people."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import register
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode

from assessments.admin.board_chart import chart_of
from assessments.admin.board_filters import BoardFilters
from assessments.admin.board_words import line_of
from assessments.boards import (
    CHECK,
    can_check,
    check_boards,
    export_board,
    is_old,
    refresh_old_boards,
)
from assessments.models import Badge, LeaderboardRow, Member
from assessments.models.leaderboard import Dimension
from assessments.queries.boards import (
    BOARD,
    Page,
    around,
    facts,
    matching,
    page_after,
    page_before,
    place_of,
    top,
)
from assessments.queries.standings import (
    CHOICES,
    Standing,
    boards_for,
    choices_of,
    differences_in,
    people_like,
    standings,
)
from assessments.querysets import key_in
from ops.admin.reading import ReadingAdmin
from ops.latest import latest_run
from ops.matviews import REFRESH, last_refresh
from ops.registry import Board, declared
from ops.replicas import page_from_replica

PREFIX = "assessments_leaderboardrow"


@register(LeaderboardRow)
class BoardAdmin(ReadingAdmin):
    kept = ("changelist",)

    # --- Who ---------------------------------------------------------------------------------
    def has_check_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("assessments.check_leaderboardrow")

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("assessments.export_leaderboardrow")

    def require(self, request: HttpRequest, allowed: bool) -> None:
        if not (allowed and self.has_view_permission(request)):
            raise PermissionDenied

    # --- Addresses ---------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            *super().get_urls(),
            path("refresh/", view(self.refresh_view), name=f"{PREFIX}_refresh"),
            path("state/", view(self.state_view), name=f"{PREFIX}_state"),
            path("check/", view(self.check_view), name=f"{PREFIX}_check"),
            path("<slug:name>/", view(self.board_view), name=f"{PREFIX}_board"),
            path("<slug:name>/export/", view(self.export_view), name=f"{PREFIX}_export"),
        ]

    # --- A board -----------------------------------------------------------------------------
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return self.board_view(request, Dimension.OVERALL.value)

    @page_from_replica
    def board_view(self, request: HttpRequest, name: str) -> HttpResponse:
        self.require(request, True)
        dimension = dimension_named(name)
        searched = request.GET.get("q", "").replace("\0", "").strip()
        people = self.people(request, searched) if searched else []
        if len(people) == 1:
            here = reverse(f"admin:{PREFIX}_board", args=[name])
            return redirect(f"{here}?at={people[0].pk}")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            **self.context(request, dimension),
            "searched": searched,
            "choices": choices_of(dimension, people[:CHOICES]),
            "has_more": len(people) > CHOICES,
            "by_email": may_see_members(request),
        }
        return TemplateResponse(request, "admin/assessments/leaderboardrow/board.html", context)

    def people(self, request: HttpRequest, searched: str) -> list[Member]:
        return people_like(searched, by_email=may_see_members(request))

    def context(self, request: HttpRequest, dimension: Dimension) -> dict[str, Any]:
        known = facts(dimension)
        labels = dict(Badge.objects.values_list("code", "label"))
        filters = BoardFilters(request.GET, known.archetypes, labels.items())
        chosen = filters.conditions()
        member = member_at(request)
        page, is_lost = page_for(request, dimension, chosen)
        standing = standing_of(dimension, member) if member else None
        used = filters.used() if filters.is_valid() else {}
        return {
            "title": f"Leaderboard: {dimension.label}",
            "dimension": dimension,
            "boards": declared(Board).values(),
            "board": known,
            "page": page,
            "lines": [line_of(row, known.members, labels) for row in page.rows],
            "is_lost": is_lost,
            "filters": filters,
            "used": used,
            "query": urlencode(used),
            "matching": matching(dimension, chosen) if chosen else known.members,
            "member": member,
            "standing": standing,
            "member_pages": may_see_members(request) and has_member_pages(),
            "chart": chart_of(known.bars, standing.score if standing else None),
            **self.freshness(request, known.as_of),
            **self.checking(request),
            "may_export": self.has_export_permission(request),
        }

    # --- Its age -----------------------------------------------------------------------------
    def freshness(self, request: HttpRequest, as_of: datetime | None) -> dict[str, Any]:
        return {
            "as_of": as_of,
            "version": version_of(as_of),
            "is_old": is_old(as_of),
            "run": latest_run(request.user, REFRESH, BOARD),
        }

    @page_from_replica
    def state_view(self, request: HttpRequest) -> HttpResponse:
        """For the page, which shows the age and, while it is refreshed, the run."""
        self.require(request, True)
        return JsonResponse(self.state(request))

    def state(self, request: HttpRequest) -> dict[str, Any]:
        as_of = last_refresh(BOARD)
        now = self.freshness(request, as_of)
        run = now["run"]
        return {
            "version": now["version"],
            "old": now["is_old"],
            "asOf": date_format(timezone.localtime(as_of), "Y-m-d H:i:s") if as_of else "",
            "age": str(naturaltime(as_of)) if as_of else "",
            "active": bool(run and run.is_active),
            "failed": run.text if run and run.has_failed else "",
            "run": run.address if run else "",
        }

    def refresh_view(self, request: HttpRequest) -> HttpResponse:
        """Only of boards that are old: who may look at them may have them refreshed."""
        self.require(request, True)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        is_due = refresh_old_boards(user=request.user)
        if request.accepts("text/html"):
            text = "The boards are being refreshed." if is_due else "The boards are fresh."
            self.message_user(request, text, messages.SUCCESS)
            return self.back(request)
        return JsonResponse(self.state(request))

    # --- Whether it is right -----------------------------------------------------------------
    def checking(self, request: HttpRequest) -> dict[str, Any]:
        check = latest_run(request.user, CHECK)
        return {
            "check": check,
            "differences": differences_in(check.figures) if check else [],
            "may_check": can_check() and self.has_check_permission(request),
        }

    def check_view(self, request: HttpRequest) -> HttpResponse:
        self.require(request, self.has_check_permission(request))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not can_check():
            self.message_user(request, "Nothing checks the boards here.", messages.ERROR)
            return self.back(request)
        is_new = check_boards(user=request.user)
        text = "Every rank is being checked." if is_new else "They are being checked already."
        self.message_user(request, text, messages.SUCCESS)
        return self.back(request)

    # --- A file ------------------------------------------------------------------------------
    def export_view(self, request: HttpRequest, name: str) -> HttpResponse | StreamingHttpResponse:
        """By POST, because it is recorded; the filters stand in the address."""
        self.require(request, self.has_export_permission(request))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        dimension = dimension_named(name)
        known = facts(dimension)
        labels = Badge.objects.values_list("code", "label")
        filters = BoardFilters(request.GET, known.archetypes, labels)
        if not filters.is_valid():
            self.message_user(request, "Nothing was exported: a filter is wrong.", messages.ERROR)
            return self.back(request)
        is_personal = request.user.has_perm("assessments.export_personal_leaderboardrow")
        lines = export_board(
            dimension=dimension,
            chosen=filters.conditions(),
            is_personal=is_personal and may_see_members(request),
            user=request.user,
        )
        moment = f"{timezone.localtime(known.as_of):-%Y-%m-%d-%H%M}" if known.as_of else ""
        file_name = f"leaderboard-{dimension.value}{moment}.csv"
        return StreamingHttpResponse(
            lines,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
        )

    def back(self, request: HttpRequest) -> HttpResponse:
        """To the board where the button was."""
        name = request.POST.get("board", "")
        known = name if name in Dimension.values else Dimension.OVERALL.value
        return redirect(f"admin:{PREFIX}_board", known)


# --- Reading the address -------------------------------------------------------------------------
def dimension_named(name: str) -> Dimension:
    try:
        return Dimension(name)
    except ValueError:
        raise Http404(f"There is no board {name}.") from None


def member_at(request: HttpRequest) -> Member | None:
    key = key_in(request.GET.get("at", ""))
    return Member.objects.filter(pk=key).first() if key else None


def page_for(request: HttpRequest, dimension: Dimension, chosen: Q) -> tuple[Page, bool]:
    """The page, and whether the place that the address names is on the board no longer."""
    for name, page in (("at", around), ("after", page_after), ("before", page_before)):
        if text := request.GET.get(name):
            key = key_in(text)
            place = place_of(dimension, key) if key else None
            if place is not None:
                return page(dimension, chosen, place), False
            return top(dimension, chosen), name != "at"
    return top(dimension, chosen), False


def standing_of(dimension: Dimension, member: Member) -> Standing:
    shown = standings(boards_for(member.pk))
    return next(each for each in shown if each.dimension is dimension)


def version_of(as_of: Any) -> str:
    return as_of.isoformat() if as_of else "never"


def may_see_members(request: HttpRequest) -> bool:
    return request.user.has_perm("assessments.view_member")


def has_member_pages() -> bool:
    try:
        return bool(reverse("admin:assessments_member_change", args=[UUID(int=0)]))
    except NoReverseMatch:
        return False
