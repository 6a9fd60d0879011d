"""The rows of a question's form: choices, categories, exams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.forms import PaginationInlineFormSet

from quizbank.admin.forms import ChoiceForm, ChoiceFormSet
from quizbank.models import Choice, Question, QuestionCategory, QuestionExam


class LoadedSelect(AutocompleteSelect):
    """Knows the object that its row holds, which would otherwise be asked for row by row."""

    loaded: Model | None = None

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> list[Any]:
        if self.loaded is None or list(value) != [str(self.loaded.pk)]:
            return super().optgroups(name, value, attr)
        label = self.choices.field.label_from_instance(self.loaded)  # type: ignore[union-attr]
        return [(None, [self.create_option(name, value[0], label, True, 0)], 0)]


class PlacementFormSet(PaginationInlineFormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            select = getattr(field.widget, "widget", None)
            if isinstance(select, LoadedSelect) and form.instance.pk:
                select.loaded = getattr(form.instance, name)


class PlacementInline(TabularInline):
    """Rows that name one related object each."""

    formset = PlacementFormSet
    show_title = False
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.autocomplete_fields)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = LoadedSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class CategoryInline(PlacementInline):
    model = QuestionCategory
    autocomplete_fields = ("category",)
    fields = ("category", "is_primary")


class ExamInline(PlacementInline):
    model = QuestionExam
    autocomplete_fields = ("exam",)
    verbose_name = "exam"
    verbose_name_plural = "exams"


class ChoiceInline(TabularInline):
    model = Choice
    form = ChoiceForm
    formset = ChoiceFormSet
    show_title = False
    fields = ("text", "is_correct", "tolerance", "feedback", "position")
    ordering_field = "position"
    hide_ordering_field = True

    def get_extra(self, request: HttpRequest, obj: Question | None = None, **kwargs: Any) -> int:
        """Rows to write into at once; those that stay empty are none."""
        return 0 if obj else 4
