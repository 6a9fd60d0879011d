"""Named, chainable selections of questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Case, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Random

if TYPE_CHECKING:
    from quizbank.models.category import Category
    from quizbank.models.exam import Exam, Subject  # noqa: F401  # forward reference
    from quizbank.models.lightning import LightningQuestion  # noqa: F401  # forward reference
    from quizbank.models.question import Question  # noqa: F401  # forward reference
    from quizbank.models.statistics import CategoryStatistic  # noqa: F401  # forward reference


class QuestionQuerySet(models.QuerySet["Question"]):
    def live(self) -> Self:
        """What learners meet: active questions (by their published revision)."""
        return self.filter(status="active")

    def matching(self, text: str) -> Self:
        """Full text, any part of the stem, or the beginning of the external id.

        Uses index: question_full_text, question_stem_trigram, question_number (BitmapOr).
        """
        part = Func(Value(text), function="public.normalize_stem", output_field=models.TextField())
        return self.filter(
            Q(search=SearchQuery(text, search_type="websearch", config="english"))
            | Q(normalized_stem__contains=part)
            | Q(external_id__istartswith=text)
        )

    def with_content(self) -> Self:
        """All that makes up a question, in a few queries; see importing/content.in_bank."""
        return (
            self.defer("search", "normalized_stem")
            .select_related("subject", "numbered_by")
            .prefetch_related("choices", "exams", "questioncategory_set__category__exam")
        )

    def below(self, category: Category) -> Self:
        """In this category or anywhere in its subtree."""
        from quizbank.queries import subtree_ids

        return self.filter(
            pk__in=models.Subquery(
                self.model.categories.through.objects.filter(
                    category_id__in=subtree_ids(category.pk)
                ).values("question_id")
            )
        )


class CountedQuerySet[M: models.Model](models.QuerySet[M]):
    def with_counts(self, counts: Mapping[int, tuple[int, int]]) -> Self:
        """`.question_count` and `.active_count`, from `counts`: key → both."""
        return self.annotate(
            question_count=number_of({key: both[0] for key, both in counts.items()}),
            active_count=number_of({key: both[1] for key, both in counts.items()}),
        )


class ExamQuerySet(CountedQuerySet["Exam"]):
    pass


class SubjectQuerySet(CountedQuerySet["Subject"]):
    pass


class CategoryStatisticQuerySet(models.QuerySet["CategoryStatistic"]):
    def with_names(self) -> Self:
        """`.exam_id`, `.exam_title`, `.category_id`, `.category_name`; None for what is gone.

        Of categories with the same code, the exam's own comes first, then a shared one.
        """
        from quizbank.models import Category, Exam

        exam = Exam.objects.filter(code=OuterRef("exam_code"))
        distance = Case(
            When(exam__code=OuterRef("exam_code"), then=0), When(exam=None, then=1), default=2
        )
        same_code = Category.objects.filter(code=OuterRef("category_code"))
        category = same_code.annotate(distance=distance).order_by("distance", "pk")
        return self.annotate(
            exam_id=Subquery(exam.values("pk")),
            exam_title=Subquery(exam.values("title")),
            category_id=Subquery(category.values("pk")[:1]),
            category_name=Subquery(category.values("name")[:1]),
        )


def number_of(numbers: Mapping[int, int]) -> Case:
    """The number of a row's key; 0 where there is none."""
    known = (When(pk=key, then=Value(number)) for key, number in numbers.items())
    return Case(*known, default=Value(0), output_field=models.IntegerField())


class LightningQuerySet(models.QuerySet["LightningQuestion"]):
    def draw(self, count: int = 10) -> Self:
        """`count` active questions at random, as a learner would get them."""
        return self.filter(is_active=True).order_by(Random())[:count]
