"""Problem reports: a list with an item for each question, and the page on which staff decide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import ShowFacets, register
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from ops.admin.filters import DayFilter
from ops.admin.reading import ReadingAdmin
from ops.errors import reason_of
from ops.pages import EstimatedPaginator
from quizbank.actions import Refused
from quizbank.admin.report_filters import (
    ReportedExamFilter,
    ReporterFilter,
    StateFilter,
)
from quizbank.models import (
    ChoiceStatistic,
    ItemStatistic,
    ProblemReport,
    Question,
    QuestionRevision,
)
from quizbank.models.item_statistics import Flag
from quizbank.models.report import LONGEST_ANSWER, WAITING, ReportState
from quizbank.rendering import render_markdown
from quizbank.reports import reading, triage


class DecisionForm(forms.Form):
    """What the page of a question's reports sends."""

    reports = forms.TypedMultipleChoiceField(coerce=UUID, required=False)
    decision = forms.ChoiceField(
        choices=[(state, state) for state in triage.VERBS],
        error_messages={"required": "Choose what to do."},
    )
    answer = forms.CharField(
        required=False,
        max_length=LONGEST_ANSWER,
        error_messages={"max_length": "An answer has 10 to 1,000 characters."},
    )
    revision = forms.ModelChoiceField(QuestionRevision.objects.none(), required=False)

    def __init__(self, data: Mapping[str, Any], question: Question) -> None:
        super().__init__(data)
        keys = ProblemReport.objects.filter(question=question).values_list("pk", flat=True)
        self.question = question
        self.fields["reports"].choices = [(str(key), "") for key in keys]  # type: ignore[attr-defined]
        self.fields["revision"].queryset = question.revisions.all()  # type: ignore[attr-defined]

    def decide(self, user: Any) -> str:
        """Raises Refused or DatabaseError, with nothing written."""
        if not self.is_valid():
            raise Refused(" ".join(str(error) for row in self.errors.values() for error in row))
        given = self.cleaned_data
        common = {
            "question": self.question,
            "reports": given["reports"],
            "user": user,
            "answer": given["answer"],
        }
        if given["decision"] == ReportState.ACCEPTED:
            return triage.accept_reports(**common)
        if given["decision"] == ReportState.REJECTED:
            return triage.reject_reports(**common)
        if given["revision"] is None:
            raise Refused("Choose the revision that fixed it.")
        return triage.mark_fixed(revision=given["revision"], **common)


class QuestionPaginator(EstimatedPaginator):
    """A line of the list is a question."""

    noun = "question"


@register(ProblemReport)
class ProblemReportAdmin(ReadingAdmin):
    page_template = "admin/quizbank/problemreport/page.html"
    list_display = ("question_line", "number", "reasons", "use_count", "harm_figure", "last")
    list_filter = (
        StateFilter,
        ("reason", ChoicesDropdownFilter),
        ReportedExamFilter,
        ReporterFilter,
        ("created_at", DayFilter),
    )
    list_filter_submit = True
    list_before_template = "admin/quizbank/problemreport/counts.html"
    list_select_related = ("question",)
    list_per_page = 50
    paginator = QuestionPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    search_fields = ("question__stem", "description")
    search_help_text = "Words of the question, or the beginning of its external id"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProblemReport]:
        return reading.by_question().defer("question__search", "question__normalized_stem")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Not declared: the library looks for fields, and these are annotations."""
        return "-harm", "-reports", "-pk"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ProblemReport], search_term: str
    ) -> tuple[QuerySet[ProblemReport], bool]:
        if not search_term.strip():
            return queryset, False
        found = Question.objects.matching(search_term)  # type: ignore[attr-defined]
        return queryset.filter(question__in=found.values("pk")), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        counted = {"counted": reading.counts(), "title": "Problem reports"}
        return super().changelist_view(request, counted | (extra_context or {}))

    @display(description="question", ordering="question__stem")
    def question_line(self, report: ProblemReport) -> str:
        return str(report.question)

    @display(description="reports", ordering="reports")
    def number(self, report: Any) -> str:
        return f"{report.reports:,}"

    @display(description="reasons")
    def reasons(self, report: Any) -> str:
        return ", ".join(f"{label} {count:,}" for label, count in reading.reasons_of(report))

    @display(description="uses", ordering="uses")
    def use_count(self, report: Any) -> str:
        return f"{report.uses:,}"

    @display(description="harm", ordering="harm")
    def harm_figure(self, report: Any) -> str:
        return f"{report.harm:,}"

    @display(description="newest", ordering="newest")
    def last(self, report: Any) -> datetime:
        return report.newest

    # --- one question ----------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/decide/", view(self.decide_view), name="quizbank_problemreport_decide"),
            *super().get_urls(),
        ]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> ProblemReport | None:
        """Whatever the list shows: each report leads to the page of its question."""
        rows = ProblemReport.objects.select_related("question__published_revision")
        try:
            return rows.filter(pk=UUID(object_id)).first()
        except ValueError:
            return None

    def page_context(self, request: HttpRequest, obj: ProblemReport) -> Mapping[str, Any]:
        question = obj.question
        revision = question.published_revision
        reports = list(reading.reports_of(question))
        return {
            "title": f"Problem reports: {question.external_id or question}",
            "report": obj,
            "question": question,
            "reports": reports,
            "waiting": sum(row.state in WAITING for row in reports),
            "open": sum(row.state == ReportState.OPEN for row in reports),
            "fixes": list(reading.possible_fixes(question)[:20]),
            "may_decide": self.has_change_permission_of(request),
            "uses": getattr(getattr(question, "measured", None), "attempt_count", 0),
            "draft": {},
            **(learners_view(revision) if revision else {}),
        }

    def has_change_permission_of(self, request: HttpRequest) -> bool:
        return request.user.has_perm("quizbank.change_problemreport")

    def decide_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Back to the page; where it is refused, with what was typed."""
        if request.method != "POST" or not self.has_change_permission_of(request):
            raise PermissionDenied
        report = get_object_or_404(
            ProblemReport.objects.select_related("question__published_revision"), pk=pk
        )
        try:
            with transaction.atomic():
                done = DecisionForm(request.POST, report.question).decide(request.user)
        except (Refused, DatabaseError) as error:
            self.message_user(request, f"Nothing was decided: {reason_of(error)}", messages.ERROR)
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                **self.page_context(request, report),
                "draft": {
                    "answer": request.POST.get("answer", ""),
                    "reports": request.POST.getlist("reports"),
                    "revision": request.POST.get("revision", ""),
                },
            }
            return TemplateResponse(request, self.page_template, context)
        self.message_user(request, done, messages.SUCCESS)
        return redirect("admin:quizbank_problemreport_change", pk)


def learners_view(revision: Any) -> dict[str, Any]:
    """The published revision as learners meet it, its key, and how it does as a test item."""
    content = revision.content
    shares = {row.choice_id: row.share for row in ChoiceStatistic.objects.filter(revision=revision)}
    labels = dict(Flag.choices)
    item = ItemStatistic.objects.filter(revision=revision).first()
    return {
        "revision": revision,
        "kind": content["kind"],
        "stem": render_markdown(content["stem"]),
        "explanation": render_markdown(content["explanation"]),
        "choices": [{**row, "share": shares.get(row["id"])} for row in content["choices"]],
        "item": item,
        "flags": [labels.get(flag, flag) for flag in item.flags] if item else [],
    }
