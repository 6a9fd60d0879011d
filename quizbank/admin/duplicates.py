"""Duplicates: clusters of similar questions, what was merged, and what is not the same."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.admin import register
from django.core.paginator import Paginator
from django.http import HttpRequest

from ops.admin.duplicates import DuplicatesAdmin, Keys
from ops.admin.following import run_context
from ops.pages import COUNTED, bounded
from quizbank.actions import Refused
from quizbank.duplicates import comparing, merging, reading
from quizbank.models import QuestionSimilarity

COMPARISON = "find_similar_questions"
THRESHOLDS = range(comparing.LEAST_PERCENT, 100, 10)
PAGE, ROWS = 10, 50


class Chosen(forms.Form):
    """What the forms of the screen send."""

    questions = Keys(coerce=UUID, required=False)
    survivor = forms.UUIDField(required=False)
    question = forms.UUIDField(required=False)
    dismissal = forms.IntegerField(required=False)


def merge(chosen: dict[str, Any], user: Any) -> str:
    if chosen["survivor"] is None:
        raise Refused("Choose the question to keep.")
    return merging.merge_questions(
        survivor=chosen["survivor"], duplicates=chosen["questions"], user=user
    )


@register(QuestionSimilarity)
class QuestionSimilarityAdmin(DuplicatesAdmin):
    page_template = "admin/quizbank/questionsimilarity/page.html"
    comparison = COMPARISON
    carried = ("show", "percent", "p")
    form_class = Chosen
    ways_back = {
        **DuplicatesAdmin.ways_back,
        "dismiss": ("dismissed", "Take back under Not the same"),
    }
    refusals = (*DuplicatesAdmin.refusals, Refused)
    steps = {
        "merge": merge,
        "dismiss": lambda chosen, user: merging.dismiss_pairs(
            questions=chosen["questions"], user=user
        ),
        "unmerge": lambda chosen, user: merging.unmerge_question(
            question=chosen["question"], user=user
        ),
        "restore": lambda chosen, user: merging.take_back_dismissal(
            dismissal=chosen["dismissal"], user=user
        ),
    }

    def similar_rows(self, request: HttpRequest) -> dict[str, Any]:
        percent = percent_of(request)
        page = Paginator(reading.cluster_keys(percent), PAGE).get_page(request.GET.get("p"))
        uncompared = bounded(comparing.uncompared(percent / 100)).count()
        return {
            "percent": percent,
            "thresholds": THRESHOLDS,
            "usual": comparing.USUAL_PERCENT,
            "page": page,
            "clusters": reading.clusters_of(page.object_list),
            "uncompared": min(uncompared, COUNTED),
            "are_more": uncompared > COUNTED,
            "may_compare": self.may_compare(request),
            **run_context(request.user, [COMPARISON], ""),
        }

    def merged_rows(self, request: HttpRequest) -> dict[str, Any]:
        return {"page": Paginator(reading.merged_questions(), ROWS).get_page(request.GET.get("p"))}

    def dismissed_rows(self, request: HttpRequest) -> dict[str, Any]:
        return {"page": Paginator(reading.dismissals(), ROWS).get_page(request.GET.get("p"))}

    def comparison_order(self, request: HttpRequest) -> dict[str, Any]:
        return {"percent": min(percent_of(request), comparing.USUAL_PERCENT)}

    def may_decide(self, request: HttpRequest) -> bool:
        return super().may_decide(request) and request.user.has_perm("quizbank.change_question")


def percent_of(request: HttpRequest) -> int:
    asked = request.GET.get("percent", "")
    return int(asked) if asked in map(str, THRESHOLDS) else comparing.USUAL_PERCENT
