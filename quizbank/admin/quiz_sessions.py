"""Quiz sessions, those of the archive too: the list, and what a learner met and gave in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.admin import register
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from ops.admin.filters import DayFilter
from ops.admin.keyset import KeysetAdmin
from ops.admin.reading import ReadingAdmin
from quizbank.admin.answer_filters import MemberFilter, SessionExamFilter, SessionStatusFilter
from quizbank.answer_sheets import moments_of, names_of, sheet_of, short
from quizbank.models import AnyQuizSession, Exam

LABELS = {"Active": "info", "Paused": "warning", "Completed": "success", "Abandoned": "danger"}


@register(AnyQuizSession)
class QuizSessionAdmin(KeysetAdmin, ReadingAdmin):
    page_template = "admin/quizbank/quizsession/page.html"
    list_display = ("started", "member", "exam_title", "mode", "state", "done", "right", "percent")
    list_filter = (
        SessionStatusFilter,
        SessionExamFilter,
        ("mode", ChoicesDropdownFilter),
        MemberFilter,
        ("created_at", DayFilter),
    )
    list_filter_submit = True
    actions = None

    class Media:
        css = {"all": ("quiz_session.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[AnyQuizSession]:
        return super().get_queryset(request).defer("question_ids", "revision_ids", "filters")

    def furnish(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        names = names_of((row.user_id for row in rows), request.user)
        exams = Exam.objects.in_bulk({row.exam_id for row in rows if row.exam_id})
        for row in rows:
            row.member_name = names.get(row.user_id) or short(row.user_id)
            row.exam_name = str(exams.get(row.exam_id, ""))

    @display(description="started")
    def started(self, session: AnyQuizSession) -> datetime:
        return session.started_at

    @display(description="member")
    def member(self, session: Any) -> str:
        return session.member_name

    @display(description="exam")
    def exam_title(self, session: Any) -> str:
        return session.exam_name

    @display(description="status", label=LABELS)
    def state(self, session: AnyQuizSession) -> str:
        return session.get_status_display()

    @display(description="answered")
    def done(self, session: AnyQuizSession) -> str:
        return f"{session.answered_count} of {session.question_count}"

    @display(description="right")
    def right(self, session: AnyQuizSession) -> int:
        return session.correct_count

    @display(description="score")
    def percent(self, session: AnyQuizSession) -> str:
        return "" if session.score is None else f"{session.score:.0f} %"

    # --- One session -------------------------------------------------------------------------
    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> AnyQuizSession | None:
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            found.refresh_from_db(fields=["question_ids", "revision_ids"])
        return found

    def page_context(self, request: HttpRequest, obj: AnyQuizSession) -> Mapping[str, Any]:
        names = names_of([obj.user_id], request.user)
        name = names.get(obj.user_id) or short(obj.user_id)
        return {
            "title": f"Quiz session of {name}",
            "session": obj,
            "member_name": name,
            "may_see_member": request.user.has_perm("assessments.view_member"),
            "may_see_question": request.user.has_perm("quizbank.view_question"),
            "may_see_answers": request.user.has_perm("quizbank.view_answer"),
            "exam": Exam.objects.filter(pk=obj.exam_id or 0).first(),
            "lines": sheet_of(obj),
            "moments": moments_of(obj),
        }
