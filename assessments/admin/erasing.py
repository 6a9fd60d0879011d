"""Erasing a member: what it would find, the e-mail to type, and the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from assessments.erasing import (
    archived_partitions,
    found_of,
    run_that_erases,
    start_erasure,
    wanted_words,
)
from assessments.models import Member
from ops.admin.reading import ReadingAdmin
from ops.erasing import erasure_of
from ops.registry import PersonalData, declared
from ops.work import Refused


class ErasingAdmin(ReadingAdmin):
    """For the admin of members: the page, and the link to it."""

    def has_erase_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("assessments.erase_member")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.erase_view)
        page = path("<path:object_id>/erase/", view, name="assessments_member_erase")
        return [page, *super().get_urls()]

    def erasing_links(self, request: HttpRequest, member: Member) -> list[tuple[str, str]]:
        """(words, address), for who may."""
        if not self.has_erase_permission(request):
            return []
        words = "What was erased" if member.is_erased and erasure_of(member.pk) else "Erase …"
        return [(words, reverse("admin:assessments_member_erase", args=[quote(member.pk)]))]

    def erase_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Counts on GET; a POST with the e-mail starts the run."""
        if not self.has_erase_permission(request):
            raise PermissionDenied
        member = self.get_object(request, unquote(object_id))
        if member is None:
            raise Http404
        typed = request.POST.get("email", "")
        try:
            if request.method == "POST":
                return self.to_run(
                    request, *start_erasure(member=member, typed=typed, user=request.user)
                )
        except Refused as refusal:
            return self.erase_page(request, member, refusal=str(refusal), typed=typed)
        return self.erase_page(request, member)

    def to_run(self, request: HttpRequest, run: Any, is_new: bool) -> HttpResponse:
        text = "Hidden from the public now, and erased by this run."
        if not is_new:
            text = "It is going already: this is that run."
        self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:ops_run_change", run)

    def erase_page(self, request: HttpRequest, member: Member, **given: Any) -> HttpResponse:
        erasure = erasure_of(member.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Erased: {member.pk}" if erasure else f"Erase {member.display_name}?",
            "member": member,
            "erasure": erasure,
            "archived": archived_partitions(),
        }
        if erasure:
            context["rows"] = rows_of(erasure.counts)
        else:
            found = found_of(member)
            context |= {
                "rows": rows_of({each.declared.name: each.rows for each in found}),
                "total": sum(each.rows for each in found if each.declared.action != "keep"),
                "wanted": wanted_words(member),
                "run": run_that_erases(member),
            }
        return TemplateResponse(
            request, "admin/assessments/member/erase.html", {**context, **given}
        )


# The order of the page.
BECOMES = {"delete": "Deleted", "blank": "Blanked", "keep": "Kept"}


def rows_of(counts: Mapping[str, int]) -> list[tuple[PersonalData, str, int]]:
    """(table, what becomes of its rows, how many)."""
    shown = [each for each in declared(PersonalData).values() if each.name in counts]
    shown.sort(key=lambda each: list(BECOMES).index(each.action))
    return [(each, BECOMES[each.action], counts[each.name]) for each in shown]
