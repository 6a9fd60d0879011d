"""Answers: the list over all sessions. What was given stands beside the question on its session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin import register
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.timezone import localtime
from unfold.decorators import display

from ops.admin.keyset import KeysetAdmin
from ops.admin.reading import ReadingAdmin
from quizbank.admin.answer_filters import (
    AnsweredFilter,
    MemberByIndex,
    QuestionFilter,
    QuizSessionFilter,
    ResultFilter,
)
from quizbank.answer_sheets import given_of, names_of, result_of, seconds_of, short
from quizbank.models import Answer, QuestionRevision
from quizbank.rendering import one_line

LABELS = {"Right": "success", "Wrong": "danger", "Skipped": "warning"}


@register(Answer)
class AnswerAdmin(KeysetAdmin, ReadingAdmin):
    kept = ("changelist",)
    list_display = ("session_link", "member", "stem", "number", "given", "result", "took")
    list_display_links = None
    list_filter = (
        QuestionFilter,
        MemberByIndex,
        QuizSessionFilter,
        ResultFilter,
        ("answered_at", AnsweredFilter),
    )
    list_filter_submit = True
    actions = None

    def furnish(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        names = names_of((row.user_id for row in rows), request.user)
        revisions = QuestionRevision.objects.in_bulk({row.revision_id for row in rows})
        for row in rows:
            row.member_name = names.get(row.user_id) or short(row.user_id)
            row.met = revisions.get(row.revision_id)

    @display(description="answered")
    def session_link(self, answer: Answer) -> str:
        address = reverse("admin:quizbank_anyquizsession_change", args=[answer.session_id])
        return format_html(
            '<a class="steward-link" href="{}#question-{}">{}</a>',
            address,
            answer.question_id,
            f"{localtime(answer.answered_at):%Y-%m-%d %H:%M}",
        )

    @display(description="member")
    def member(self, answer: Any) -> str:
        return answer.member_name

    @display(description="question")
    def stem(self, answer: Any) -> str:
        return Truncator(one_line(answer.met.content["stem"])).chars(80) if answer.met else ""

    @display(description="revision")
    def number(self, answer: Any) -> int | None:
        return answer.met.number if answer.met else None

    @display(description="given")
    def given(self, answer: Any) -> str:
        return Truncator(given_of(answer, answer.met)).chars(60)

    @display(description="result", label=LABELS)
    def result(self, answer: Answer) -> str:
        return result_of(answer)

    @display(description="time")
    def took(self, answer: Answer) -> str:
        seconds = seconds_of(answer)
        return "" if seconds is None else f"{seconds:,.1f} s"
