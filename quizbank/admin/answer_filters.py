"""Filters of sessions and answers: each is served by an index, or keeps most rows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from assessments.models import Member
from ops.admin.filters import IdFilter, MomentFilter
from ops.keys import made_between
from quizbank.models import Answer, Exam, Question
from quizbank.models.quiz_session import SessionStatus

type Choices = list[tuple[Any, str]]
# An external id is unique in a numbering only.
SAME_NUMBER = 20


class MemberFilter(IdFilter):
    """By id; by e-mail for who may see members."""

    title = "member"
    parameter_name = "user_id"

    def keys(self, request: HttpRequest, given: str) -> list[UUID]:
        if "@" in given and request.user.has_perm("assessments.view_member"):
            return list(Member.objects.filter(email__iexact=given).values_list("pk", flat=True))
        return super().keys(request, given)


class MemberByIndex(MemberFilter):
    """In the order of the key. Uses index: answer_of_member, interaction_of_member,
    idx_study_sessions_user."""

    by_index = True
    lead = "user_id"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = super().queryset(request, queryset)
        if found is queryset or found.query.is_empty():
            return found
        (key,) = self.keys(request, (self.value() or "").strip())
        return queryset.filter(user_id__gte=key, user_id__lte=key)


class QuestionFilter(IdFilter):
    """By id, or by external id. Uses index: answer_of_question."""

    title = "question"
    parameter_name = "question_id"

    def keys(self, request: HttpRequest, given: str) -> list[UUID]:
        numbered = Question.objects.filter(external_id=given).values_list("pk", flat=True)
        return super().keys(request, given) or list(numbered[:SAME_NUMBER])


class QuizSessionFilter(IdFilter):
    title = "session"
    parameter_name = "session_id"


class ResultFilter(DropdownFilter):
    title = "result"
    parameter_name = "result"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [("right", "Right"), ("wrong", "Wrong"), ("skipped", "Skipped")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Answer]) -> QuerySet[Answer]:
        wanted = {"right": True, "wrong": False, "skipped": None}
        chosen = self.value()
        return queryset.filter(is_correct=wanted[chosen]) if chosen in wanted else queryset


class AnsweredFilter(MomentFilter):
    """By the key, which is made when the answer is written."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Answer]) -> QuerySet[Answer]:
        return queryset.filter(made_between(*self.bounds()))


class SessionStatusFilter(DropdownFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [*SessionStatus.choices, ("archived", "Archived")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen == "archived":
            return queryset.filter(is_archived=True)
        return queryset.filter(status=chosen) if chosen in SessionStatus.values else queryset


class SessionExamFilter(DropdownFilter):
    title = "exam"
    parameter_name = "exam"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [(exam.pk, str(exam)) for exam in Exam.objects.all()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value() or ""
        return queryset.filter(exam_id=int(chosen)) if chosen.isdecimal() else queryset
