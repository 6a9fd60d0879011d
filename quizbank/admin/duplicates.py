"""Duplicates: clusters of similar questions, what was merged, and what is not the same."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
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

from ops.admin.following import run_context
from ops.admin.reading import ReadingAdmin
from ops.errors import reason_of
from ops.runs import enqueue
from quizbank.actions import Refused
from quizbank.duplicates import comparing, merging, reading
from quizbank.models import QuestionSimilarity

COMPARISON = "find_similar_questions"
THRESHOLDS = range(comparing.LEAST_PERCENT, 100, 10)
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
        view = self.admin_site.admin_view
        return [
            path("compare/", view(self.compare_view), name="quizbank_questionsimilarity_compare"),
            path("<slug:step>/", view(self.step_view), name="quizbank_questionsimilarity_step"),
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
        percent = percent_of(request)
        page = Paginator(reading.cluster_keys(percent), PAGE).get_page(request.GET.get("p"))
        return {
            "percent": percent,
            "thresholds": THRESHOLDS,
            "usual": comparing.USUAL_PERCENT,
            "page": page,
            "clusters": reading.clusters_of(page.object_list),
            "uncompared": comparing.uncompared(percent / 100).count(),
            "may_compare": request.user.has_perm("quizbank.compare_questionsimilarity"),
            **run_context(request.user, [COMPARISON], ""),
        }

    def merged_rows(self, request: HttpRequest) -> dict[str, Any]:
        return {"page": Paginator(reading.merged_questions(), ROWS).get_page(request.GET.get("p"))}

    def dismissed_rows(self, request: HttpRequest) -> dict[str, Any]:
        return {"page": Paginator(reading.dismissals(), ROWS).get_page(request.GET.get("p"))}

    def compare_view(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not request.user.has_perm(
            "quizbank.compare_questionsimilarity"
        ):
            raise PermissionDenied
        order = {"percent": min(percent_of(request), comparing.USUAL_PERCENT)}
        _, created = enqueue(operation=COMPARISON, parameters=order, user=request.user)
        if not created:
            self.message_user(request, "They are being compared already.", messages.INFO)
        return back_to_list(request)

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
        return back_to_list(request)


def percent_of(request: HttpRequest) -> int:
    asked = request.GET.get("percent", "")
    return int(asked) if asked in map(str, THRESHOLDS) else comparing.USUAL_PERCENT


def back_to_list(request: HttpRequest) -> HttpResponse:
    """Where the form stood: its address has the list's tab, likeness and page."""
    back = redirect("admin:quizbank_questionsimilarity_changelist")
    kept = {name: request.GET[name] for name in ("show", "percent", "p") if name in request.GET}
    back["Location"] += f"?{urlencode(kept)}" if kept else ""
    return back


def may_decide(request: HttpRequest) -> bool:
    return request.user.has_perms(
        ["quizbank.change_questionsimilarity", "quizbank.change_question"]
    )
