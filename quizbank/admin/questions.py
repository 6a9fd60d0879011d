"""The question bank: its list, and the screen on which a question is edited and published."""

from __future__ import annotations

from typing import Any

import pghistory
from django.contrib import messages
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display

from quizbank.actions import Refused, change_each, change_status, message_of, restore_revision
from quizbank.admin.filters import (
    CategoryFilter,
    ExamFilter,
    NoExplanationFilter,
    SubjectFilter,
    TagFilter,
)
from quizbank.admin.forms import ChoiceForm, ChoiceFormSet, QuestionForm
from quizbank.models import (
    Choice,
    Question,
    QuestionCategory,
    QuestionExam,
    QuestionRevision,
)
from quizbank.models.question import Status
from quizbank.queries import resembling
from quizbank.querysets import QuestionQuerySet
from quizbank.rendering import render_markdown
from quizbank.revisions import compare

BUTTONS = {
    Status.DRAFT: ((Status.IN_REVIEW, "Send to review"), (Status.ACTIVE, "Publish")),
    Status.IN_REVIEW: ((Status.ACTIVE, "Publish"), (Status.DRAFT, "Back to draft")),
    Status.ACTIVE: ((Status.ACTIVE, "Publish changes"), (Status.RETIRED, "Retire")),
    Status.RETIRED: ((Status.DRAFT, "Back to draft"), (Status.ACTIVE, "Publish again")),
}


class ChoiceInline(TabularInline):
    model = Choice
    form = ChoiceForm
    show_title = False
    formset = ChoiceFormSet
    fields = ("text", "is_correct", "tolerance", "feedback", "position")
    ordering_field = "position"
    hide_ordering_field = True
    extra = 0


class CategoryInline(TabularInline):
    model = QuestionCategory
    autocomplete_fields = ("category",)
    show_title = False
    fields = ("category", "is_primary")
    extra = 0


class ExamInline(TabularInline):
    model = QuestionExam
    autocomplete_fields = ("exam",)
    show_title = False
    verbose_name = "exam"
    verbose_name_plural = "exams"
    extra = 0


@register(Question)
class QuestionAdmin(ModelAdmin):
    form = QuestionForm
    inlines = (ChoiceInline, CategoryInline, ExamInline)
    fieldsets = (
        (None, {"fields": ("stem", "explanation", "kind", "difficulty")}),
        (
            "Placement",
            {
                "fields": (
                    ("numbered_by", "external_id"),
                    "subject",
                    "tags",
                    "author",
                    ("is_premium", "is_user_generated"),
                    "seen_version",
                )
            },
        ),
    )
    autocomplete_fields = ("numbered_by", "subject")
    readonly_fields = ("author",)
    list_display = (
        "label",
        "state",
        "kind",
        "difficulty",
        "system",
        "topic",
        "tags",
        "is_premium",
        "updated_at",
    )
    list_filter = (
        "status",
        "difficulty",
        "kind",
        ExamFilter,
        CategoryFilter,
        SubjectFilter,
        "has_unpublished_changes",
        "is_premium",
        "is_user_generated",
        NoExplanationFilter,
        TagFilter,
    )
    list_select_related = ("system", "topic")
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-updated_at",)
    search_fields = ("stem",)
    search_help_text = "Words, any part of a stem, or the beginning of an external id"
    actions = ("publish", "send_to_review", "retire")
    warn_unsaved_form = True
    change_form_template = "admin/quizbank/question/change_form.html"

    class Media:
        js = ("question.js",)

    @display(description="question", ordering="stem")
    def label(self, question: Question) -> str:
        return str(question)

    @display(
        description="status",
        ordering="status",
        label={"Active": "success", "In review": "info", "Unpublished changes": "warning"},
    )
    def state(self, question: Question) -> str:
        unpublished = question.status == Status.ACTIVE and question.has_unpublished_changes
        return "Unpublished changes" if unpublished else question.get_status_display()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Question], search_term: str
    ) -> tuple[QuerySet[Question], bool]:
        assert isinstance(queryset, QuestionQuerySet)  # noqa: S101  # narrows the type
        return (queryset.matching(search_term) if search_term.strip() else queryset), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        return super().get_queryset(request).defer("search", "normalized_stem", "explanation")

    def has_publish_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("quizbank.publish_question")

    def has_delete_permission(self, request: HttpRequest, obj: Question | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.answered)

    # --- bulk actions ----------------------------------------------------------------------------
    @action(description="Publish …", permissions=("publish",))
    def publish(self, request: HttpRequest, chosen: QuerySet[Question]) -> HttpResponse | None:
        return self.confirm(request, chosen, "publish", Status.ACTIVE, "Publish")

    @action(description="Send to review …", permissions=("change",))
    def send_to_review(
        self, request: HttpRequest, chosen: QuerySet[Question]
    ) -> HttpResponse | None:
        return self.confirm(request, chosen, "send_to_review", Status.IN_REVIEW, "Send to review")

    @action(description="Retire …", permissions=("publish",))
    def retire(self, request: HttpRequest, chosen: QuerySet[Question]) -> HttpResponse | None:
        return self.confirm(request, chosen, "retire", Status.RETIRED, "Retire")

    def confirm(
        self,
        request: HttpRequest,
        chosen: QuerySet[Question],
        name: str,
        status: Status,
        verb: str,
    ) -> HttpResponse:
        """Ask with the count first; then act on each and report row by row."""
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{verb}: {chosen.count():,} questions",
            "verb": verb,
            "name": name,
        }
        if "confirmed" in request.POST:
            note = request.POST.get("note", "")
            context["outcomes"] = change_each(
                questions=chosen,
                change=lambda question: change_status(
                    question=question, status=status, user=request.user, reason=note
                ),
            )
        else:
            context["questions"] = chosen[:200]
            context["selected"] = request.POST.getlist("_selected_action")
            context["across"] = request.POST.get("select_across", "0")
        return TemplateResponse(request, "admin/quizbank/question/bulk.html", context)

    # --- one question ----------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("preview/", view(self.preview_view), name="quizbank_question_preview"),
            path("<uuid:pk>/status/", view(self.status_view), name="quizbank_question_status"),
            path(
                "<uuid:pk>/revisions/",
                view(self.revisions_view),
                name="quizbank_question_revisions",
            ),
            path("<uuid:pk>/restore/", view(self.restore_view), name="quizbank_question_restore"),
            *super().get_urls(),
        ]

    def save_model(
        self, request: HttpRequest, obj: Question, form: ModelForm[Question], change: bool
    ) -> None:
        if not change and obj.author is None:
            obj.author_id = request.user.pk
        super().save_model(request, obj, form, change)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DatabaseError as error:
            self.message_user(request, f"Not saved: {message_of(error)}", messages.ERROR)
            return redirect(request.get_full_path())

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        question: Question | None = kwargs.get("obj")
        if question:
            context |= {
                "question": question,
                "buttons": BUTTONS[Status(question.status)] if self.may_act(request) else (),
                "similar": resembling(stem=question.stem, other_than=question.pk),
                "changes": compare_with_live(question),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def may_act(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request) and self.has_publish_permission(request)

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """The learner's view of what stands in the form; a fragment, nothing is saved."""
        if request.method != "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        return TemplateResponse(
            request,
            "admin/quizbank/question/preview.html",
            {
                "stem": render_markdown(request.POST.get("stem", "")),
                "explanation": render_markdown(request.POST.get("explanation", "")),
                "kind": request.POST.get("kind", ""),
                "choices": request.POST.getlist("choice"),
                "similar": resembling(
                    stem=request.POST.get("stem", ""), other_than=request.POST.get("id") or None
                ),
            },
        )

    def status_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        if request.method != "POST" or not self.may_act(request):
            raise PermissionDenied
        question = get_object_or_404(Question, pk=pk)
        status, note = request.POST.get("status", ""), request.POST.get("note", "")
        try:
            done = change_status(question=question, status=status, user=request.user, reason=note)
            self.message_user(request, done, messages.SUCCESS)
        except (Refused, DatabaseError) as error:
            self.message_user(request, message_of(error), messages.ERROR)
        return redirect("admin:quizbank_question_change", pk)

    def revisions_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        """Every revision, and any two of them (or the working copy) compared."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        question = get_object_or_404(Question, pk=pk)
        revisions = list(question.revisions.select_related("created_by"))
        contents = {str(revision.number): revision.content for revision in revisions}
        left, right = request.GET.get("left", ""), request.GET.get("right", "")
        both = left in contents and right in contents
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Revisions",
            "question": question,
            "revisions": revisions,
            "left": left,
            "right": right,
            "differences": compare(contents[left], contents[right]) if both else None,
            "may_restore": self.has_change_permission(request, question),
        }
        return TemplateResponse(request, "admin/quizbank/question/revisions.html", context)

    def restore_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        question = get_object_or_404(Question, pk=pk)
        if request.method != "POST" or not self.has_change_permission(request, question):
            raise PermissionDenied
        revision = get_object_or_404(
            QuestionRevision, question=question, number=request.POST.get("number", 0)
        )
        with pghistory.context(note=f"Restored revision {revision.number}"):
            restore_revision(revision=revision)
        self.message_user(
            request,
            format_html("Revision {} is the working copy again.", revision.number),
            messages.SUCCESS,
        )
        return redirect(reverse("admin:quizbank_question_change", args=[pk]))


def compare_with_live(question: Question) -> list[dict[str, str]]:
    """The unpublished changes, field by field; empty when there are none."""
    if not question.has_unpublished_changes or question.published_revision is None:
        return []
    from quizbank.queries import working_content

    return compare(question.published_revision.content, working_content(question.pk))
