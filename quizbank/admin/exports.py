"""Questions out of the list, as a file that an import reads back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from quizbank.admin.bulk import BulkActions
from quizbank.exporting import export_questions
from quizbank.formats import FormatError
from quizbank.formats.writing import ENDS, WRITTEN
from quizbank.models import Question


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        choices=(
            ("csv", "CSV: a table, its exams and categories by their codes"),
            ("xlsx", "Excel: the same table"),
            ("json", "JSON: with the exams, subjects and categories themselves"),
            ("gift", "GIFT: text that Moodle reads, too"),
            ("moodle-xml", "Moodle XML"),
            ("qti", "QTI 3.0: a zipped package"),
        ),
        widget=UnfoldAdminSelectWidget,
        help_text="Each can be imported again. In tables, what a spreadsheet would run as a formula"
        " has an apostrophe before it.",
    )


# Made while the person waits.
LIMIT = 20_000


class ExportAction(BulkActions):
    actions = (*BulkActions.actions, "export")

    def has_export_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("quizbank.export_question")

    @action(description="Export …", permissions=("export",))
    def export(self, request: HttpRequest, chosen: QuerySet[Question]) -> HttpResponse | None:
        form = ExportForm(request.POST if "confirmed" in request.POST else None)
        limit = min(LIMIT, settings.STEWARD_IMPORT_MAX_QUESTIONS)
        if self.too_many(request, chosen, limit):
            return None
        if not form.is_valid():
            return self.ask_first(request, chosen, "Export", form, note=False)
        try:
            return self.download(request, chosen, form.cleaned_data)
        except FormatError as error:
            self.message_user(request, f"Nothing exported: {error}", messages.ERROR)
            return None

    def download(
        self, request: HttpRequest, chosen: QuerySet[Question], wanted: dict[str, Any]
    ) -> HttpResponse:
        name: str = wanted["format"]
        data = export_questions(
            # The list's own query leaves columns out.
            questions=Question.objects.filter(pk__in=chosen.order_by().values("pk")),
            format_name=name,
            user=request.user,
        )
        file_name = f"questions-{timezone.localdate():%Y-%m-%d}.{ENDS.get(name, name)}"
        return HttpResponse(
            data,
            content_type=WRITTEN[name],
            headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
        )
