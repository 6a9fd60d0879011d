"""How exams do: reliability, and the questions that need work, the worst first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from unfold.decorators import display

from ops.admin.reading import ReadingAdmin
from ops.keys import key_of
from ops.replicas import page_from_replica
from quizbank.admin.item_statistics import may_compute
from quizbank.exam_report import (
    SHOWN,
    published_anew,
    questions_of,
    report_as_csv,
    spread_of,
    worst_items,
)
from quizbank.item_statistics import order
from quizbank.models import Exam, ExamStatistic

PREFIX = "quizbank_examstatistic"


@register(ExamStatistic)
class ExamStatisticAdmin(ReadingAdmin):
    changelist_view = page_from_replica(ReadingAdmin.changelist_view)
    change_view = page_from_replica(ReadingAdmin.change_view)
    page_template = "admin/quizbank/examstatistic/page.html"
    list_display = ("exam_name", "session_count", "item_count", "reliability", "computed_at")
    list_select_related = ("exam",)
    search_fields = ("exam__code", "exam__title")
    list_per_page = 50
    show_full_result_count = False

    class Media:
        css = {"all": ("item_statistics.css",)}  # as Django writes it

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/compute/", view(self.compute_view), name=f"{PREFIX}_compute"),
            path("<int:pk>/csv/", view(self.csv_view), name=f"{PREFIX}_csv"),
            *super().get_urls(),
        ]

    @display(description="exam", ordering="exam__code")
    def exam_name(self, row: ExamStatistic) -> str:
        return str(row.exam)

    @display(description="sessions", ordering="sessions")
    def session_count(self, row: ExamStatistic) -> str:
        return f"{row.sessions:,}"

    @display(description="questions met", ordering="items")
    def item_count(self, row: ExamStatistic) -> str:
        return f"{row.items:,}"

    @display(description="Cronbach's alpha", ordering="alpha")
    def reliability(self, row: ExamStatistic) -> str:
        return "" if row.alpha is None else f"{row.alpha:.2f}"

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> ExamStatistic | None:
        """Of an exam without figures, an empty one."""
        if (key := key_of(object_id)) is None:
            return None
        found: QuerySet[ExamStatistic] = ExamStatistic.objects.select_related("exam")
        statistic = found.filter(pk=key).first()
        exam = None if statistic else Exam.objects.filter(pk=key).first()
        return ExamStatistic(exam=exam) if exam else statistic

    def page_context(self, request: HttpRequest, obj: ExamStatistic) -> dict[str, Any]:
        items = worst_items(obj.exam)
        return {
            "title": f"Statistics of {obj.exam}",
            "exam": obj.exam,
            "statistic": obj,
            "computed_at": None if obj._state.adding else obj.computed_at,
            "items": items,
            "more": questions_of(obj.exam).count() - SHOWN if len(items) == SHOWN else 0,
            "anew": published_anew(obj.exam)[:SHOWN],
            "spread": spread_of(obj.exam) if items else None,
            "may_compute": may_compute(request),
            "edit": "admin:quizbank_question_change",
        }

    def compute_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not may_compute(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        run, is_new = order(subject=get_object_or_404(Exam, pk=pk), user=request.user)
        text = "The figures are being computed." if is_new else "They are being computed already."
        self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:ops_run_change", run)

    def csv_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """By POST, because it is recorded."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        exam = get_object_or_404(Exam, pk=pk)
        return HttpResponse(
            report_as_csv(exam=exam, user=request.user),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="exam-{exam.pk}.csv"'},
        )
