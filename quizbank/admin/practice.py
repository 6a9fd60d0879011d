"""The practice leaderboard on the screen, beside the boards of the assessment."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import urlencode

from ops.admin.reading import ReadingAdmin
from ops.registry import Board, declared
from ops.replicas import page_from_replica
from quizbank.models import PracticeStanding
from quizbank.practice import (
    LEAST,
    MOST,
    PAGE,
    board,
    export_board,
    people_like,
    standings_of,
    waiting_since,
)

PREFIX = "quizbank_practicestanding"


class PracticeForm(forms.Form):
    """What the address asks for; what is left out has its default."""

    least = forms.IntegerField(min_value=1, max_value=MOST, required=False)
    q = forms.CharField(max_length=200, required=False)
    after = forms.UUIDField(required=False)
    before = forms.UUIDField(required=False)


@register(PracticeStanding)
class PracticeAdmin(ReadingAdmin):
    """Who may see the boards of the assessment may see this one, and likewise its file."""

    kept = ("changelist",)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("assessments.view_leaderboardrow")

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("assessments.export_leaderboardrow")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("export/", view(self.export_view), name=f"{PREFIX}_export"),
            *super().get_urls(),
        ]

    @page_from_replica
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = PracticeForm(request.GET)
        asked = form.cleaned_data if form.is_valid() else {}
        least, searched = asked.get("least") or LEAST, asked.get("q") or ""
        sees_members = request.user.has_perm("assessments.view_member")
        people = people_like(searched, by_email=sees_members) if searched else []
        if searched:
            page = standings_of(people[:PAGE], least=least)
        else:
            page = board(least=least, after=asked.get("after"), before=asked.get("before"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Leaderboard: Practice",
            "boards": declared(Board).values(),
            "form": form,
            "least": least,
            "searched": searched,
            "page": page,
            "is_inside": bool(asked.get("after") or asked.get("before")),
            "has_more": len(people) > PAGE,
            "waiting_since": waiting_since(),
            "query": urlencode({"least": least}),
            "member_pages": sees_members,
            "may_export": self.has_export_permission(request),
        }
        return TemplateResponse(request, "admin/quizbank/practice/board.html", context)

    def export_view(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """By POST, because it is recorded; the whole board, the least answers in the address."""
        if not (self.has_view_permission(request) and self.has_export_permission(request)):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = PracticeForm(request.GET)
        least = (form.cleaned_data["least"] if form.is_valid() else None) or LEAST
        is_personal = request.user.has_perms(
            ("assessments.export_personal_leaderboardrow", "assessments.view_member")
        )
        name = f"leaderboard-practice-{timezone.localtime():%Y-%m-%d-%H%M}.csv"
        return StreamingHttpResponse(
            export_board(least=least, is_personal=is_personal, user=request.user),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
