"""Pools: how large and how fresh each is, what is short, the rebuild, and draws on trial."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin import register
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display

from ops.admin.reading import ReadingAdmin
from ops.keys import key_of
from ops.runs import active_run, enqueue
from quizbank.admin.exams import questions_link
from quizbank.admin.pool_filters import (
    AsksFilter,
    ScopeFilter,
    ShortFilter,
    SystemFilter,
    asked,
    asks_given,
    demand_of,
    measured,
)
from quizbank.admin.pool_forms import DrawForm
from quizbank.drawing import OLD_AFTER, Shelf, pools_with_state, shelves, stock, try_draw, use_words
from quizbank.models import Exam, QuestionPool
from quizbank.models.question import Difficulty

OPERATION = "rebuild_pools"
TABS = (("Pools", "changelist"), ("Shortages", "shortages"), ("Try a draw", "draw"))
# Rows of the shortages; more are a matter of the filters.
SHOWN = 300


@register(QuestionPool)
class QuestionPoolAdmin(ReadingAdmin):
    page_template = "admin/quizbank/questionpool/page.html"
    list_before_template = "admin/quizbank/questionpool/stock.html"
    list_display = ("place", "subject_name", "level", "questions", "unused", "enough", "rebuilt")
    list_filter = (ScopeFilter, SystemFilter, "difficulty", ShortFilter, AsksFilter)
    ordering = ("size", "id")
    list_per_page = 50
    show_full_result_count = False

    # --- Who ---------------------------------------------------------------------------------
    def has_rebuild_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("quizbank.rebuild_questionpool")

    # --- The list ----------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[QuestionPool]:
        """Of the whole bank, unless an exam is chosen."""
        return pools_with_state(exam_of(request))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {
            "tabs": tabs("changelist"),
            "stock": stock(),
            "run": active_run(operation=OPERATION, target="all", others=("changed",)),
            "may_rebuild": self.has_rebuild_permission(request),
            "demand": None if asks_given(request) else demand_of(request),
        }
        return super().changelist_view(request, shown | (extra_context or {}))

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changelist = super().get_changelist_instance(request)
        measured(changelist.result_list, request)
        return changelist

    @display(description="system and topic", ordering="topic__name")
    def place(self, pool: QuestionPool) -> str:
        return place_name(pool)

    @display(description="subject", ordering="subject__name")
    def subject_name(self, pool: QuestionPool) -> str:
        return str(pool.subject or "")

    @display(description="difficulty", ordering="difficulty")
    def level(self, pool: QuestionPool) -> str:
        return pool.get_difficulty_display()

    @display(description="questions", ordering="size")
    def questions(self, pool: QuestionPool) -> str:
        return questions_link(pool.size, f"pool={pool.pk}")

    @display(description="never used")
    def unused(self, pool: QuestionPool) -> str:
        return f"{dict(zip(pool.level_uses, pool.level_sizes, strict=True)).get(0, 0):,}"

    @display(
        description="for a session",
        ordering="size",
        label={"enough": "success", "short": "danger", "unasked": ""},
    )
    def enough(self, pool: Any) -> tuple[str, str]:
        if pool.missing is None:
            return "unasked", "Not asked for"
        if not pool.missing:
            return "enough", "Enough"
        # Of the whole bank there may be enough.
        where = f" in {pool.short_in}" if pool.short_in and pool.exam_id is None else ""
        return "short", f"{pool.missing:,} short{where}"

    @display(description="rebuilt", ordering="refreshed_at")
    def rebuilt(self, pool: QuestionPool) -> SafeString:
        return render_to_string("admin/quizbank/questionpool/fresh.html", freshness(pool))

    # --- One pool ----------------------------------------------------------------------------
    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Of any exam."""
        if (key := key_of(object_id)) is None:
            return None
        exam = QuestionPool.objects.filter(pk=key).values_list("exam").first()
        return pools_with_state(exam[0]).get(pk=key) if exam else None

    def page_context(self, request: HttpRequest, obj: QuestionPool) -> dict[str, Any]:
        return {
            "title": f"Pool: {place_name(obj)}, {obj.get_difficulty_display().lower()}",
            "pool": obj,
            "place": place_name(obj),
            "uses": list(zip(map(use_words, obj.level_uses), obj.level_sizes, strict=True)),
            "success": success_rows(obj),
            **freshness(obj),
        }

    # --- Shortages, rebuild, a draw ----------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        views = {
            "shortages": self.shortages_view,
            "draw": self.draw_view,
            "rebuild": self.rebuild_view,
        }
        return [
            path(f"{name}/", self.admin_site.admin_view(view), name=f"quizbank_questionpool_{name}")
            for name, view in views.items()
        ] + super().get_urls()

    def shortages_view(self, request: HttpRequest) -> HttpResponse:
        exam = exam_of(request)
        usual = None if asks_given(request) else demand_of(request).usual
        asks = usual or asked(request)
        every = shelves(exam)
        short = [shelf for shelf in every if shelf.is_short(asks)]
        wanted = every if "all" in request.GET else short
        return self.answer(
            request,
            "shortages",
            title="Shortages",
            exams=Exam.objects.all(),
            exam=exam,
            asks=asks,
            everything="all" in request.GET,
            short=len(short),
            total=len(every),
            difficulties=Difficulty.labels,
            rows=[shelf_row(shelf, exam, asks) for shelf in wanted[:SHOWN]],
            more=max(0, len(wanted) - SHOWN),
        )

    def draw_view(self, request: HttpRequest) -> HttpResponse:
        """Another draw at each load; nothing is written."""
        form = DrawForm(request.GET or None, user=request.user)
        return self.answer(
            request,
            "draw",
            title="Try a draw",
            form=form,
            draw=try_draw(**form.order()) if form.is_valid() else None,
            now=timezone.now(),
        )

    def answer(self, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        everywhere = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(
            request,
            f"admin/quizbank/questionpool/{name}.html",
            {**everywhere, "tabs": tabs(name), **context},
        )

    def rebuild_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_rebuild_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        target = "changed" if request.POST.get("target") == "changed" else "all"
        run, created = enqueue(operation=OPERATION, target=target, user=request.user)
        if not created:
            self.message_user(request, "It is going already: this is that run.", messages.INFO)
        return redirect("admin:ops_run_change", run.pk)


def exam_of(request: HttpRequest) -> int | None:
    return key_of(request.GET.get("exam"))


def tabs(here: str) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is this page)."""
    return [
        (label, reverse(f"admin:quizbank_questionpool_{name}"), name == here)
        for label, name in TABS
    ]


def place_name(pool: QuestionPool) -> str:
    if pool.system is None:
        return "Without a category"
    return f"{pool.system} → {pool.topic}" if pool.topic else str(pool.system)


def freshness(pool: Any) -> dict[str, Any]:
    return {
        "refreshed_at": pool.refreshed_at,
        "waiting_since": pool.waiting_since,
        "is_old": timezone.now() - pool.refreshed_at > OLD_AFTER,
    }


def success_rows(pool: QuestionPool) -> list[tuple[str, int]]:
    counts: dict[int, int] = {}
    for tenth, size in zip(pool.tier_success, pool.tier_sizes, strict=True):
        counts[tenth] = counts.get(tenth, 0) + size
    return [
        ("Not answered yet" if tenth < 0 else f"From {10 * tenth} %", counts[tenth])
        for tenth in sorted(counts)
    ]


def shelf_row(shelf: Shelf, exam: int | None, asks: int) -> dict[str, Any]:
    """A cell for each difficulty and for all: count, whether it is short, the questions' filter."""
    chosen = {"status__exact": "active"} | ({"exam": exam} if exam else {})
    cells = []
    for difficulty, count in zip((*Difficulty.values, ""), shelf.counts, strict=True):
        query = {"category": shelf.topic.pk, **chosen} if shelf.topic else {}
        if difficulty and query:
            query["difficulty__exact"] = difficulty
        cells.append({"count": count, "is_short": count < asks, "query": urlencode(query)})
    return {"system": shelf.system, "topic": shelf.topic, "cells": cells}
