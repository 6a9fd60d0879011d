"""Bulk actions on questions: asked with the count, done one by one, reported row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from quizbank import actions
from quizbank.limits import TAG_LENGTH
from quizbank.models import Category, Exam, Question, QuestionCategory
from quizbank.models.question import Difficulty, Status
from quizbank.queries import tags_in_use

# More than this takes longer than a person should wait for a page.
LIMIT = 2_000

type Change = Callable[[Question], str]


class CategoryForm(forms.Form):
    category = forms.ModelChoiceField(
        Category.objects.all(),
        widget=AutocompleteSelect(QuestionCategory._meta.get_field("category"), admin.site),
        help_text="It takes the place of the primary category; other categories stay.",
    )


class ExamForm(forms.Form):
    exam = forms.ModelChoiceField(Exam.objects.all(), widget=UnfoldAdminSelectWidget)


class TagForm(forms.Form):
    tag = forms.CharField(
        max_length=TAG_LENGTH, widget=UnfoldAdminTextInputWidget(attrs={"list": "tags-in-use"})
    )

    def clean_tag(self) -> str:
        tag = str(self.cleaned_data["tag"]).lower()
        if "," in tag:
            raise forms.ValidationError("One tag at a time, without a comma.")
        return tag


class DifficultyForm(forms.Form):
    difficulty = forms.ChoiceField(choices=Difficulty.choices, widget=UnfoldAdminSelectWidget)


class BulkActions(ModelAdmin):
    actions: tuple[str, ...] = (
        "publish",
        "send_to_review",
        "retire",
        "move_to_category",
        "add_exam",
        "remove_exam",
        "add_tag",
        "remove_tag",
        "set_difficulty",
    )

    @action(description="Publish …", permissions=("publish",))
    def publish(self, request: HttpRequest, chosen: QuerySet[Question]) -> HttpResponse | None:
        return self.move_status(request, chosen, "Publish", Status.ACTIVE)

    @action(description="Send to review …", permissions=("change",))
    def send_to_review(
        self, request: HttpRequest, chosen: QuerySet[Question]
    ) -> HttpResponse | None:
        return self.move_status(request, chosen, "Send to review", Status.IN_REVIEW)

    @action(description="Retire …", permissions=("publish",))
    def retire(self, request: HttpRequest, chosen: QuerySet[Question]) -> HttpResponse | None:
        return self.move_status(request, chosen, "Retire", Status.RETIRED)

    @action(description="Move to category …", permissions=("change",))
    def move_to_category(
        self, request: HttpRequest, chosen: QuerySet[Question]
    ) -> HttpResponse | None:
        return self.change_field(
            request, chosen, "Move to category", CategoryForm, actions.move_to_category
        )

    @action(description="Add to exam …", permissions=("change",))
    def add_exam(self, request: HttpRequest, chosen: QuerySet[Question]) -> HttpResponse | None:
        return self.change_field(request, chosen, "Add to exam", ExamForm, actions.add_exam)

    @action(description="Remove from exam …", permissions=("change",))
    def remove_exam(self, request: HttpRequest, chosen: QuerySet[Question]) -> HttpResponse | None:
        return self.change_field(request, chosen, "Remove from exam", ExamForm, actions.remove_exam)

    @action(description="Add tag …", permissions=("change",))
    def add_tag(self, request: HttpRequest, chosen: QuerySet[Question]) -> HttpResponse | None:
        return self.change_field(request, chosen, "Add tag", TagForm, actions.add_tag)

    @action(description="Remove tag …", permissions=("change",))
    def remove_tag(self, request: HttpRequest, chosen: QuerySet[Question]) -> HttpResponse | None:
        return self.change_field(request, chosen, "Remove tag", TagForm, actions.remove_tag)

    @action(description="Set difficulty …", permissions=("change",))
    def set_difficulty(
        self, request: HttpRequest, chosen: QuerySet[Question]
    ) -> HttpResponse | None:
        return self.change_field(
            request, chosen, "Set difficulty", DifficultyForm, actions.set_difficulty
        )

    def has_publish_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("quizbank.publish_question")

    def move_status(
        self, request: HttpRequest, chosen: QuerySet[Question], verb: str, status: Status
    ) -> HttpResponse | None:
        note = request.POST.get("note", "")

        def change(question: Question) -> str:
            return actions.change_status(
                question=question, status=status, user=request.user, reason=note
            )

        return self.ask_or_do(request, chosen, verb, forms.Form, lambda _: change)

    def change_field(
        self,
        request: HttpRequest,
        chosen: QuerySet[Question],
        verb: str,
        form_class: type[forms.Form],
        write: Callable[..., str],
    ) -> HttpResponse | None:
        """`write` takes the question, the note, and the form's fields by name."""
        note = request.POST.get("note", "")
        return self.ask_or_do(
            request,
            chosen,
            verb,
            form_class,
            lambda data: lambda question: write(question=question, note=note, **data),
        )

    def ask_or_do(
        self,
        request: HttpRequest,
        chosen: QuerySet[Question],
        verb: str,
        form_class: type[forms.Form],
        change: Callable[[dict[str, Any]], Change],
    ) -> HttpResponse | None:
        """Ask with the count first; then act on each and report row by row."""
        if self.too_many(request, chosen, LIMIT):
            return None
        form = form_class(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return self.ask_first(request, chosen, verb, form)
        outcomes = actions.change_each(questions=list(chosen), change=change(form.cleaned_data))
        return self.bulk_page(request, chosen, verb, outcomes=outcomes)

    def too_many(self, request: HttpRequest, chosen: QuerySet[Question], limit: int) -> bool:
        """Says so, too."""
        count = chosen.count()
        if count > limit:
            self.message_user(
                request,
                f"{count:,} questions are too many for one go: filter the list"
                f" until {limit:,} or fewer are chosen.",
                messages.ERROR,
            )
        return count > limit

    def ask_first(
        self,
        request: HttpRequest,
        chosen: QuerySet[Question],
        verb: str,
        form: forms.Form,
        note: bool = True,
    ) -> HttpResponse:
        return self.bulk_page(
            request,
            chosen,
            verb,
            form=form,
            note=note,
            questions=chosen[:200],
            more=max(0, chosen.count() - 200),
            name=request.POST["action"],
            selected=request.POST.getlist("_selected_action"),
            across=request.POST.get("select_across", "0"),
            tags=tags_in_use() if isinstance(form, TagForm) else (),
        )

    def bulk_page(
        self, request: HttpRequest, chosen: QuerySet[Question], verb: str, **context: Any
    ) -> HttpResponse:
        count = len(context["outcomes"]) if "outcomes" in context else chosen.count()
        everywhere = self.admin_site.each_context(request)
        context |= {
            "opts": self.opts,
            "title": f"{verb}: {count:,} question{'' if count == 1 else 's'}",
            "verb": verb,
            "back": request.get_full_path(),
        }
        return TemplateResponse(
            request, "admin/quizbank/question/bulk.html", {**everywhere, **context}
        )
