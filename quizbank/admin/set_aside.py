"""Messages of the answers' stream that could not be written: why, and what is done about them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.admin import ShowFacets, action, register
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from unfold.decorators import display

from ops.admin.filters import MomentFilter
from ops.admin.reading import ReadingAdmin
from ops.pages import EstimatedPaginator
from quizbank.actions import Refused
from quizbank.answer_sheets import names_of, short
from quizbank.intake import aside
from quizbank.models import AnswersSetAside

# More wait for the next press: each is a transaction of its own.
AT_ONCE = 200


@register(AnswersSetAside)
class SetAsideAdmin(ReadingAdmin):
    page_template = "admin/quizbank/setaside/page.html"
    list_display = ("came", "member", "why")
    list_filter = (("set_aside_at", MomentFilter),)
    list_filter_submit = True
    list_per_page = 50
    paginator = EstimatedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    sortable_by = ()
    actions = ("put_back_action",)

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("quizbank.change_answerssetaside")

    @display(description="set aside")
    def came(self, message: AnswersSetAside) -> datetime:
        return message.set_aside_at

    @display(description="member")
    def member(self, message: AnswersSetAside) -> str:
        return short(message.user_id) if message.user_id else "Unknown"

    @display(description="reason")
    def why(self, message: AnswersSetAside) -> str:
        return message.reason

    @action(description="Put back", permissions=["act"])
    def put_back_action(self, request: HttpRequest, queryset: QuerySet[AnswersSetAside]) -> None:
        keys = list(queryset.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        gone = [key for key in keys if self.tried(request, partial(aside.put_back, key=key))]
        self.message_user(request, f"{len(gone):,} of {len(keys):,} messages were put back.")

    def tried(self, request: HttpRequest, step: Callable[[], object]) -> bool:
        """Tells what is refused."""
        try:
            step()
        except Refused as refusal:
            self.message_user(request, f"Still set aside: {refusal}", messages.ERROR)
            return False
        return True

    # --- One message -------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "quizbank_answerssetaside"
        return [
            path("<int:pk>/put-back/", view(self.put_back_view), name=f"{name}_put_back"),
            path("<int:pk>/discard/", view(self.discard_view), name=f"{name}_discard"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, obj: AnswersSetAside) -> Mapping[str, Any]:
        names = names_of([obj.user_id] if obj.user_id else [], request.user)
        return {
            "title": "Message set aside",
            "message": obj,
            "member_name": names.get(obj.user_id, short(obj.user_id)) if obj.user_id else "",
            "may_see_member": bool(names),
            "content": written(obj.body),
            "may_act": self.has_act_permission(request),
        }

    def put_back_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require_act(request)
        if self.tried(request, partial(aside.put_back, key=pk)):
            self.message_user(request, "Its answers are where they belong.", messages.SUCCESS)
        return self.back_to(pk)

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require_act(request)
        try:
            aside.discard(key=pk, note=request.POST.get("note", ""))
            self.message_user(request, "The message is discarded.", messages.SUCCESS)
        except Refused as refusal:
            self.message_user(request, f"Nothing was discarded: {refusal}", messages.ERROR)
        return self.back_to(pk)

    def require_act(self, request: HttpRequest) -> None:
        if request.method != "POST" or not self.has_act_permission(request):
            raise PermissionDenied

    def back_to(self, pk: int) -> HttpResponse:
        """To its page, while it is there."""
        if AnswersSetAside.objects.filter(pk=pk).exists():
            return redirect("admin:quizbank_answerssetaside_change", pk)
        return redirect(reverse("admin:quizbank_answerssetaside_changelist"))


def written(body: Any) -> str:
    """The message as it came, set out where it is JSON."""
    text = body.get("body", body) if isinstance(body, dict) else body
    try:
        content = json.loads(text) if isinstance(text, str) else text
        shown = json.dumps(content, indent=2, ensure_ascii=False)
        # Half characters, which no page can hold, as they are written.
        return shown.encode(errors="backslashreplace").decode()
    except (ValueError, RecursionError):
        return str(text)
