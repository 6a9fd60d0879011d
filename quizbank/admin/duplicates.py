"""Duplicates: clusters of similar questions, what was merged, and what is not the same."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from ops.admin.reading import ReadingAdmin
from ops.errors import reason_of
from ops.latest import latest_run
from quizbank.actions import Refused
from quizbank.duplicates import comparing, merging, reading
from quizbank.models import QuestionSimilarity

# Percent; the first one unless another is chosen.
THRESHOLDS = (60, 70, 80, 90)
PAGE, ROWS = 10, 50


class Chosen(forms.Form):
    """What the forms of the screen send."""

    questions = forms.TypedMultipleChoiceField(coerce=UUID, required=False)
    survivor = forms.UUIDField(required=False)
    question = forms.UUIDField(required=False)
    dismissal = forms.IntegerField(required=False)

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.POST)
        sent = request.POST.getlist("questions")
        self.fields["questions"].choices = [(key, "") for key in sent]  # type: ignore[attr-defined]


def merge(chosen: dict[str, Any], user: Any) -> str:
    if chosen["survivor"] is None:
        raise Refused("Choose the question to keep.")
    return merging.merge_questions(
        survivor=chosen["survivor"], duplicates=chosen["questions"], user=user
    )


STEPS = {
    "merge": merge,
    "dismiss": lambda chosen, user: merging.dismiss_pairs(questions=chosen["questions"], user=user),
    "unmerge": lambda chosen, user: merging.unmerge_question(
        question=chosen["question"], user=user
    ),
    "restore": lambda chosen, user: merging.take_back_dismissal(
        dismissal=chosen["dismissal"], user=user
    ),
}


@register(QuestionSimilarity)
class QuestionSimilarityAdmin(ReadingAdmin):
    kept = ("changelist",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.step_view)
        return [
            path("<slug:step>/", view, name="quizbank_questionsimilarity_step"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "GET":
            raise PermissionDenied
        shown = request.GET.get("show", "")
        shown = shown if shown in ("merged", "dismissed") else "similar"
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Duplicates",
            "shown": shown,
            "may_decide": may_decide(request),
            **getattr(self, f"{shown}_rows")(request),
        }
        return TemplateResponse(request, "admin/quizbank/questionsimilarity/page.html", context)

    def similar_rows(self, request: HttpRequest) -> dict[str, Any]:
        asked = request.GET.get("percent", "")
        percent = int(asked) if asked in map(str, THRESHOLDS) else THRESHOLDS[0]
        page = Paginator(reading.cluster_keys(percent), PAGE).get_page(request.GET.get("p"))
        return {
            "percent": percent,
            "thresholds": THRESHOLDS,
            "page": page,
            "clusters": reading.clusters_of(page.object_list),
            "uncompared": comparing.uncompared(percent / 100).count(),
            "last": latest_run(request.user, "find_similar_questions"),
        }

    def merged_rows(self, request: HttpRequest) -> dict[str, Any]:
        return {"page": Paginator(reading.merged_questions(), ROWS).get_page(request.GET.get("p"))}

    def dismissed_rows(self, request: HttpRequest) -> dict[str, Any]:
        return {"page": Paginator(reading.dismissals(), ROWS).get_page(request.GET.get("p"))}

    def step_view(self, request: HttpRequest, step: str) -> HttpResponse:
        if request.method != "POST" or not may_decide(request):
            raise PermissionDenied
        form = Chosen(request)
        try:
            if step not in STEPS or not form.is_valid():
                raise Refused("That is nothing to do here.")
            with transaction.atomic():
                done = STEPS[step](form.cleaned_data, request.user)
            self.message_user(request, done, messages.SUCCESS)
        except (Refused, DatabaseError) as error:
            self.message_user(request, f"Nothing was changed: {reason_of(error)}", messages.ERROR)
        back = redirect("admin:quizbank_questionsimilarity_changelist")
        tab = {"unmerge": "?show=merged", "restore": "?show=dismissed"}.get(step, "")
        back["Location"] += tab
        return back


def may_decide(request: HttpRequest) -> bool:
    return request.user.has_perms(
        ["quizbank.change_questionsimilarity", "quizbank.change_question"]
    )
