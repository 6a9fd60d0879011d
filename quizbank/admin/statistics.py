"""What each exam holds and how it does, by category, as of the view's last refresh."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin as BaseModelAdmin
from django.contrib.admin import SimpleListFilter, register
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from ops.admin.reading import ReadingAdmin
from ops.matviews import last_refresh
from ops.replicas import page_from_replica
from quizbank.admin.exams import questions_link
from quizbank.models import CategoryStatistic
from quizbank.querysets import CategoryStatisticQuerySet


class ExamFilter(SimpleListFilter):
    title = "exam"
    parameter_name = "exam"

    def lookups(
        self, request: HttpRequest, model_admin: BaseModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        codes = CategoryStatistic.objects.order_by("exam_code").values_list("exam_code", flat=True)
        return [(code, code) for code in codes.distinct()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[CategoryStatistic]
    ) -> QuerySet[CategoryStatistic]:
        return queryset.filter(exam_code=self.value()) if self.value() else queryset


@register(CategoryStatistic)
class CategoryStatisticAdmin(ReadingAdmin):
    kept = ("changelist",)
    list_display = (
        "exam",
        "category",
        "total",
        "member_count",
        "answers",
        "right",
        "time",
        "flagged",
        "unanswered",
        "reported",
        "premium",
        "user_generated",
    )
    list_display_links = None
    list_filter = (ExamFilter,)
    search_fields = ("exam_code", "category_code")
    list_per_page = 50
    show_full_result_count = False
    list_before_template = "admin/quizbank/categorystatistic/as_of.html"

    class Media:
        css = {"all": ("learning.css",)}  # as Django writes it

    def get_queryset(self, request: HttpRequest) -> CategoryStatisticQuerySet:
        return CategoryStatistic.objects.with_names()

    @page_from_replica
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        as_of = last_refresh("category_statistics")
        return super().changelist_view(request, {"as_of": as_of, **(extra_context or {})})

    @display(description="exam", ordering="exam_code")
    def exam(self, row: Any) -> str:
        return f"{row.exam_code} · {row.exam_title}" if row.exam_title else row.exam_code

    @display(description="category", ordering="category_code")
    def category(self, row: Any) -> str:
        name = row.category_name
        return f"{row.category_code} · {name}" if name else row.category_code

    @display(description="questions", ordering="total_questions")
    def total(self, row: Any) -> str:
        return counted(row, row.total_questions)

    @display(description="premium", ordering="premium_questions")
    def premium(self, row: Any) -> str:
        return counted(row, row.premium_questions, "&is_premium__exact=1")

    @display(description="user generated", ordering="user_questions")
    def user_generated(self, row: Any) -> str:
        return counted(row, row.user_questions, "&is_user_generated__exact=1")

    @display(description="never answered", ordering="unanswered_questions")
    def unanswered(self, row: Any) -> str:
        return counted(row, row.unanswered_questions, "&flag=unanswered")

    @display(description="to be checked", ordering="flagged_questions")
    def flagged(self, row: Any) -> str:
        return counted(row, row.flagged_questions, "&flag=any")

    @display(description="reported", ordering="reported_questions")
    def reported(self, row: CategoryStatistic) -> str:
        return f"{row.reported_questions:,}"

    @display(description="members", ordering="members")
    def member_count(self, row: CategoryStatistic) -> str:
        return f"{row.members:,}"

    @display(description="answers", ordering="attempts")
    def answers(self, row: CategoryStatistic) -> str:
        return f"{row.attempts:,}"

    @display(description="right", ordering=F("accuracy").asc(nulls_last=True))
    def right(self, row: CategoryStatistic) -> str:
        return "" if row.accuracy is None else f"{row.accuracy:.0f} %"

    @display(description="average time", ordering=F("average_time").asc(nulls_last=True))
    def time(self, row: CategoryStatistic) -> str:
        return "" if row.average_time is None else f"{row.average_time:,} s"


def counted(row: Any, count: int, more: str = "") -> str:
    """A link to the questions, unless the exam or the category went since the last refresh."""
    if not (count and row.exam_id and row.category_id):
        return f"{count:,}"
    return questions_link(
        count, f"exam={row.exam_id}&category={row.category_id}&status__exact=active{more}"
    )
