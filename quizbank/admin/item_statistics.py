"""How a question does as a test item: in the list, and where it is edited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin as DjangoAdmin
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from unfold.decorators import display

from ops.admin.lists import QuickListAdmin
from quizbank.item_figures import LEAST, figures_of
from quizbank.item_statistics import order
from quizbank.models import Exam, Question
from quizbank.models.item_statistics import Flag


def may_view(request: HttpRequest) -> bool:
    return request.user.has_perm("quizbank.view_itemstatistic")


def may_compute(request: HttpRequest) -> bool:
    return request.user.has_perm("quizbank.compute_itemstatistic")


class KnownFirst(OrderBy):
    """What has no figure stands last, whichever way the list is sorted."""

    def __init__(self, name: str) -> None:
        super().__init__(F(name), nulls_last=True)

    def reverse_ordering(self) -> KnownFirst:
        self.descending = not self.descending
        return self


class FlagFilter(SimpleListFilter):
    """Uses index: question_item_flags."""

    title = "what figures say"
    parameter_name = "flag"

    def lookups(self, request: HttpRequest, model_admin: DjangoAdmin[Any]) -> list[tuple[Any, str]]:
        return [
            ("any", "Anything to be checked"),
            *Flag.choices,
            ("none", "Nothing to be checked"),
            ("few", "Too few learners yet"),
            ("unanswered", "Never answered"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Question]) -> QuerySet[Question]:
        chosen = self.value()
        if chosen == "any":
            return queryset.exclude(item_flags=[])
        if chosen == "unanswered":
            return queryset.filter(answered=False)
        if chosen in Flag.values:
            return queryset.filter(item_flags__contains=[chosen])
        if chosen == "none":
            return queryset.filter(item_flags=[], item_learners__gte=LEAST)
        return queryset.filter(item_learners__lt=LEAST) if chosen == "few" else queryset


COLUMNS = ("learners", "facility", "discrimination", "flags")


def percent_of(figure: Decimal | None) -> str:
    return "" if figure is None else f"{figure:.0f} %"


class ItemStatisticsAdmin(QuickListAdmin):
    """For those who may see the figures."""

    def get_list_display(self, request: HttpRequest) -> Sequence[Any]:
        columns = super().get_list_display(request)
        return [each for each in columns if each not in COLUMNS or may_view(request)]

    def get_list_filter(self, request: HttpRequest) -> Sequence[Any]:
        filters = super().get_list_filter(request)
        return [each for each in filters if each is not FlagFilter or may_view(request)]

    @display(description="learners", ordering="item_learners")
    def learners(self, question: Question) -> str:
        return f"{question.item_learners:,}"

    @display(description="facility", ordering=KnownFirst("item_facility"))
    def facility(self, question: Question) -> str:
        return percent_of(question.item_facility)

    @display(description="discrimination", ordering=KnownFirst("item_discrimination"))
    def discrimination(self, question: Question) -> str:
        figure = question.item_discrimination
        return "" if figure is None else f"{figure:.0f}"

    @display(description="to be checked")
    def flags(self, question: Question) -> str:
        raised = set(question.item_flags)
        return " · ".join(str(flag.label) for flag in Flag if flag.value in raised)

    # --- One question ------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.compute_view)
        return [
            path("<uuid:pk>/compute/", view, name="quizbank_question_compute"),
            *super().get_urls(),
        ]

    def compute_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        if not may_compute(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        run, is_new = order(subject=get_object_or_404(Question, pk=pk), user=request.user)
        text = "The figures are being computed." if is_new else "They are being computed already."
        self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:ops_run_change", run)

    def statistics_context(
        self, request: HttpRequest, question: Question, exams: Iterable[Exam]
    ) -> dict[str, Any]:
        if not may_view(request):
            return {}
        return {
            "figures": figures_of(question, request.GET.get("figures", "")),
            "figures_exams": sorted(exams, key=lambda exam: exam.code)
            if request.user.has_perm("quizbank.view_examstatistic")
            else (),
            "may_compute": may_compute(request),
        }
