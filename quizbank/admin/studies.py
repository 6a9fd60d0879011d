"""Study time, as members' apps tell it: the list, and one with the quiz sessions begun in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.admin import ModelAdmin, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from ops.admin.filters import MomentFilter
from ops.admin.keyset import KeysetAdmin
from ops.admin.reading import ReadingAdmin
from quizbank.activity import sessions_during
from quizbank.admin.answer_filters import Choices, MemberByIndex
from quizbank.answer_sheets import names_of, short
from quizbank.models import StudySession

LABELS = {"Going on": "info", "Ended": "success"}


class StateFilter(DropdownFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [("open", "Going on"), ("ended", "Ended")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[StudySession]
    ) -> QuerySet[StudySession]:
        wanted = {"open": True, "ended": False}
        chosen = self.value()
        return queryset.filter(end_time__isnull=wanted[chosen]) if chosen in wanted else queryset


class StartFilter(MomentFilter):
    """Uses index: idx_study_sessions_start."""

    by_index = True


@register(StudySession)
class StudySessionAdmin(KeysetAdmin, ReadingAdmin):
    page_template = "admin/quizbank/studysession/page.html"
    list_display = ("started", "member", "state", "lasted", "focus", "pause", "attempted")
    list_filter = (
        MemberByIndex,
        StateFilter,
        ("start_time", StartFilter),
    )
    list_filter_submit = True
    reach = 100_000
    actions = None

    def furnish(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        names = names_of((row.user_id for row in rows), request.user)
        for row in rows:
            row.member_name = names.get(row.user_id) or short(row.user_id)

    @display(description="started")
    def started(self, study: StudySession) -> datetime:
        return study.start_time

    @display(description="member")
    def member(self, study: Any) -> str:
        """Leads to this member's study time."""
        return format_html(
            '<a class="steward-link" href="?user_id={}">{}</a>', study.user_id, study.member_name
        )

    @display(description="state", label=LABELS)
    def state(self, study: StudySession) -> str:
        return "Ended" if study.end_time else "Going on"

    @display(description="lasted")
    def lasted(self, study: StudySession) -> str:
        if study.end_time is None:
            return ""
        return minutes((study.end_time - study.start_time).total_seconds())

    @display(description="in focus")
    def focus(self, study: StudySession) -> str:
        return minutes(study.focus_time)

    @display(description="in breaks")
    def pause(self, study: StudySession) -> str:
        return minutes(study.break_time)

    @display(description="questions tried")
    def attempted(self, study: StudySession) -> str:
        return f"{study.questions_attempted:,}"

    def page_context(self, request: HttpRequest, obj: StudySession) -> Mapping[str, Any]:
        name = names_of([obj.user_id], request.user).get(obj.user_id) or short(obj.user_id)
        return {
            "title": f"Study time of {name}",
            "study": obj,
            "member_name": name,
            "state": self.state(obj),
            "lasted": self.lasted(obj),
            "focus": self.focus(obj),
            "pause": self.pause(obj),
            "may_see_member": request.user.has_perm("assessments.view_member"),
            "sessions": sessions_during(obj)
            if request.user.has_perm("quizbank.view_anyquizsession")
            else None,
        }


def minutes(seconds: float) -> str:
    return f"{round(seconds / 60):,} min" if seconds else ""
