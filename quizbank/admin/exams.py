"""Exams, and the subjects that cut across them, with how many questions each has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin import register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from ops.admin.deletion import CountedDeletion
from ops.admin.history import HistoryAdmin
from quizbank.admin.forms import NamedForm
from quizbank.counts import question_counts
from quizbank.models import Category, Exam, Question, QuestionExam, Subject


def questions_link(count: int, query: str) -> str:
    """The count, leading to the question list that shows just these."""
    address = reverse("admin:quizbank_question_changelist")
    return format_html('<a class="steward-link" href="{}?{}">{}</a>', address, query, f"{count:,}")


class CountedAdmin(CountedDeletion, HistoryAdmin):
    """A list of what questions belong to; `parameter` is the question list's filter."""

    form = NamedForm
    parameter = ""
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        screen = request.resolver_match.url_name if request.resolver_match else ""
        is_list = (screen or "").endswith("_changelist")
        return rows.with_counts(question_counts(self.parameter)) if is_list else rows  # type: ignore[attr-defined]

    @display(description="questions", ordering="question_count")
    def every(self, row: Any) -> str:
        return questions_link(row.question_count, f"{self.parameter}={row.pk}")

    @display(description="active", ordering="active_count")
    def active(self, row: Any) -> str:
        query = f"{self.parameter}={row.pk}&status__exact=active"
        return questions_link(row.active_count, query)


@register(Exam)
class ExamAdmin(CountedAdmin):
    parameter = "exam"
    in_the_way = (
        (QuestionExam, "exam", "Questions in it, to be removed from the exam first"),
        (Question, "numbered_by", "Questions numbered by it, to be numbered otherwise first"),
        (Category, "exam", "Categories of it, to be deleted first"),
    )
    list_display = ("code", "title", "every", "active", "report")
    search_fields = ("code", "title")

    def get_list_display(self, request: HttpRequest) -> Sequence[Any]:
        may_see = request.user.has_perm("quizbank.view_examstatistic")
        return [name for name in self.list_display if name != "report" or may_see]

    @display(description="statistics")
    def report(self, exam: Exam) -> str:
        address = reverse("admin:quizbank_examstatistic_change", args=[exam.pk])
        return format_html('<a class="steward-link" href="{}">Statistics</a>', address)


@register(Subject)
class SubjectAdmin(CountedAdmin):
    parameter = "subject"
    in_the_way = ((Question, "subject", "Questions on it, to be given another subject first"),)
    list_display = ("name", "code", "every", "active")
    search_fields = ("code", "name")
