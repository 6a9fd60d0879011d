"""Filters of the list of problem reports; they narrow what is counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from quizbank.admin.answer_filters import MemberFilter
from quizbank.admin.filters import ExamFilter
from quizbank.models import ProblemReport, QuestionExam
from quizbank.models.report import WAITING, ReportState

type Choices = list[tuple[Any, str]]


class StateFilter(DropdownFilter):
    """Open ones, unless told otherwise."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [
            ("open", "Open"),
            ("accepted", "Accepted, to be fixed"),
            ("waiting", "Open or accepted"),
            ("rejected", "Rejected"),
            ("fixed", "Fixed"),
            ("all", "All"),
        ]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """The library's own first choice, "All", is not what an empty one means here."""
        for choice in super().choices(changelist):
            form = choice["form"]
            field = form.fields[self.parameter_name]
            field.choices = list(field.choices)[1:]
            form.initial = {self.parameter_name: self.value() or "open"}
            yield choice

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ProblemReport]
    ) -> QuerySet[ProblemReport]:
        chosen = self.value() or "open"
        if chosen == "waiting":
            return queryset.filter(state__in=WAITING)
        return queryset.filter(state=chosen) if chosen in ReportState.values else queryset


class ReporterFilter(MemberFilter):
    title = "reporter"
    parameter_name = "reporter_id"


class ReportedExamFilter(ExamFilter, DropdownFilter):
    def narrowed(self, queryset: QuerySet[Any], key: int) -> QuerySet[Any]:
        placed = QuestionExam.objects.filter(exam_id=key)
        return queryset.filter(question__in=placed.values("question"))
