"""The question list's filters; related ones by a code in the address, so that nothing is listed."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.auth.models import User
from django.db.models import Exists, F, Func, OuterRef, QuerySet, UUIDField
from django.http import HttpRequest

from ops.admin.filters import KeyFilter
from ops.keys import key_of
from quizbank.models import Category, Exam, Question, QuestionPool, Subject
from quizbank.querysets import QuestionQuerySet


class ExamFilter(KeyFilter):
    title = "exam"
    parameter_name = "exam"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[Any, str]]:
        return [(exam.pk, str(exam)) for exam in Exam.objects.all()]

    def narrowed(self, queryset: QuerySet[Any], key: int) -> QuerySet[Any]:
        placed = Question.exams.through.objects.filter(exam_id=key)
        return queryset.filter(pk__in=placed.values("question_id"))


class CategoryFilter(KeyFilter):
    """With its subtree."""

    title = "category"
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[Any, str]]:
        roots = Category.objects.filter(parent=None).order_by("exam__code", "position", "name")
        choices = [(root.pk, str(root)) for root in roots]
        chosen = key_of(request.GET.get("category"))
        if chosen is not None and chosen not in dict(choices):
            choices += [(c.pk, str(c)) for c in Category.objects.filter(pk=chosen)]
        return choices

    def narrowed(self, queryset: QuerySet[Question], key: int) -> QuerySet[Question]:
        assert isinstance(queryset, QuestionQuerySet)  # noqa: S101  # narrows the type
        return queryset.below(Category(pk=key))


class SubjectFilter(KeyFilter):
    title = "subject"
    parameter_name = "subject"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[Any, str]]:
        return [(subject.pk, str(subject)) for subject in Subject.objects.all()]

    def narrowed(self, queryset: QuerySet[Question], key: int) -> QuerySet[Question]:
        return queryset.filter(subject_id=key)


class AuthorFilter(KeyFilter):
    """Those who wrote a question."""

    title = "author"
    parameter_name = "author"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[Any, str]]:
        wrote = Exists(Question.objects.filter(author=OuterRef("pk")))
        return [
            (user.pk, user.get_username())
            for user in User.objects.filter(wrote).order_by("username")
        ]

    def narrowed(self, queryset: QuerySet[Question], key: int) -> QuerySet[Question]:
        return queryset.filter(author_id=key)


class ChangesFilter(SimpleListFilter):
    title = "unpublished changes"
    parameter_name = "changes"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[Any, str]]:
        return [("unpublished", "With unpublished changes")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Question]) -> QuerySet[Question]:
        chosen = self.value() == "unpublished"
        return queryset.filter(has_unpublished_changes=True) if chosen else queryset


class NoExplanationFilter(SimpleListFilter):
    title = "explanation"
    parameter_name = "explanation"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[Any, str]]:
        return [("none", "No explanation")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Question]) -> QuerySet[Question]:
        return queryset.filter(explanation="") if self.value() == "none" else queryset


class TagFilter(SimpleListFilter):
    """The tags in use, at most 50, and the chosen one."""

    title = "tag"
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[Any, str]]:
        from quizbank.queries import tags_in_use

        chosen = request.GET.get("tag", "")
        tags = tags_in_use()
        return [(tag, tag) for tag in (tags if not chosen or chosen in tags else [*tags, chosen])]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Question]) -> QuerySet[Question]:
        return queryset.filter(tags__contains=[self.value()]) if self.value() else queryset


class PoolFilter(KeyFilter):
    """The questions of one pool; the screens of pools lead here."""

    title = "pool"
    parameter_name = "pool"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[Any, str]]:
        chosen = request.GET.get("pool", "")
        return [(chosen, "The chosen pool")] if key_of(chosen) is not None else []

    def narrowed(self, queryset: QuerySet[Question], key: int) -> QuerySet[Question]:
        keys = Func(F("question_ids"), function="unnest", output_field=UUIDField())
        pool = QuestionPool.objects.filter(pk=key)
        return queryset.filter(pk__in=pool.values_list(keys, flat=True))
