"""The question bank: its list, and the screen on which a question is edited and published."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pghistory
from django.contrib import messages
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Left
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from ops.admin.history import HistoryAdmin
from ops.admin.lists import as_label
from ops.admin.refusals import RefusableAdmin
from ops.errors import reason_of
from ops.pages import EstimatedPaginator
from quizbank.actions import Refused, Unchanged, change_status, restore_revision
from quizbank.admin.conflicts import rebase, theirs_and_mine
from quizbank.admin.exports import ExportAction
from quizbank.admin.filters import (
    AuthorFilter,
    CategoryFilter,
    ChangesFilter,
    ExamFilter,
    NoExplanationFilter,
    PoolFilter,
    SubjectFilter,
    TagFilter,
)
from quizbank.admin.fixes import offer_fix, reported_line
from quizbank.admin.forms import FiguresField, QuestionForm
from quizbank.admin.inlines import CategoryInline, ChoiceInline, ExamInline
from quizbank.admin.item_statistics import COLUMNS, FlagFilter, ItemStatisticsAdmin
from quizbank.limits import SORTED_LENGTH
from quizbank.models import (
    Choice,
    Question,
    QuestionCategory,
    QuestionExam,
    QuestionRevision,
)
from quizbank.models.question import Status
from quizbank.queries import resembling, tags_in_use, working_copy
from quizbank.querysets import QuestionQuerySet
from quizbank.rendering import render_markdown
from quizbank.revisions import compare

BUTTONS = {
    Status.DRAFT: ((Status.IN_REVIEW, "Send to review"), (Status.ACTIVE, "Publish")),
    Status.IN_REVIEW: ((Status.ACTIVE, "Publish"), (Status.DRAFT, "Back to draft")),
    Status.ACTIVE: ((Status.ACTIVE, "Publish changes"), (Status.RETIRED, "Retire")),
    Status.RETIRED: ((Status.DRAFT, "Back to draft"), (Status.ACTIVE, "Publish again")),
}

STATUS_COLOURS = {"Active": "success", "In review": "info", "Unpublished changes": "warning"}

# So many questions that stand in the way of a deletion are named.
SHOWN = 20

ROW_FIELDS = (
    "text",
    "is_correct",
    "tolerance",
    "feedback",
    "position",
    "category",
    "is_primary",
    "exam",
)


@register(Question)
class QuestionAdmin(ItemStatisticsAdmin, RefusableAdmin, HistoryAdmin, ExportAction):
    history_related = (
        (Choice, "question"),
        (QuestionCategory, "question"),
        (QuestionExam, "question"),
    )
    history_kept = ("status", "published_revision", "duplicate_of")
    form = QuestionForm
    inlines = (ChoiceInline, CategoryInline, ExamInline)
    fieldsets = (
        (None, {"fields": ("stem", "explanation", ("kind", "difficulty"))}),
        (
            "Placement",
            {
                "fields": (
                    ("numbered_by", "external_id"),
                    "subject",
                    "tags",
                    "media",
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
        *COLUMNS,
        "system_name",
        "topic_name",
        "tag_line",
        "premium",
        "author",
        "updated_at",
    )
    list_filter = (
        "status",
        "difficulty",
        "kind",
        FlagFilter,
        ExamFilter,
        CategoryFilter,
        SubjectFilter,
        ChangesFilter,
        "is_premium",
        "is_user_generated",
        AuthorFilter,
        NoExplanationFilter,
        TagFilter,
        PoolFilter,
    )
    list_select_related = ("system", "topic", "author")
    list_filter_submit = True
    list_per_page = 50
    paginator = EstimatedPaginator
    show_full_result_count = False
    ordering = ("-updated_at",)
    search_fields = ("stem",)
    search_help_text = "Words, any part of a stem, or the beginning of an external id"
    warn_unsaved_form = True
    change_form_template = "admin/quizbank/question/change_form.html"

    class Media:
        js = ("question.js",)
        css = {"all": ("item_statistics.css",)}  # as Django writes it

    @display(description="question", ordering=Left("stem", SORTED_LENGTH))
    def label(self, question: Question) -> str:
        return str(question)

    @display(description="status", ordering="status")
    def state(self, question: Question) -> SafeString:
        unpublished = question.status == Status.ACTIVE and question.has_unpublished_changes
        text = "Unpublished changes" if unpublished else question.get_status_display()
        return as_label(text, STATUS_COLOURS.get(text, ""))

    @display(description="system", ordering="system__name")
    def system_name(self, question: Question) -> str:
        return question.system.name if question.system else ""

    @display(description="topic", ordering="topic__name")
    def topic_name(self, question: Question) -> str:
        return question.topic.name if question.topic else ""

    @display(description="premium", ordering="is_premium")
    def premium(self, question: Question) -> str:
        return "Premium" if question.is_premium else ""

    @display(description="tags", ordering="tags")
    def tag_line(self, question: Question) -> str:
        return ", ".join(question.tags)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Question], search_term: str
    ) -> tuple[QuerySet[Question], bool]:
        assert isinstance(queryset, QuestionQuerySet)  # noqa: S101  # narrows the type
        return (queryset.matching(search_term) if search_term.strip() else queryset), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        rows = super().get_queryset(request).defer("search", "normalized_stem")
        screen = request.resolver_match.url_name if request.resolver_match else ""
        if (screen or "").endswith("_changelist"):
            return rows.defer("explanation")
        return rows.select_related("published_revision", "author")

    def has_delete_permission(self, request: HttpRequest, obj: Question | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.answered)

    def get_deleted_objects(
        self, objs: Iterable[Question], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Exams and categories of a question stay; what was computed for it goes unasked."""
        if super().has_delete_permission(request) and (kept := [q for q in objs if q.answered]):
            more = [f"and {len(kept) - SHOWN:,} more"] if len(kept) > SHOWN else []
            return [], {}, set(), [f"{q}: answered, to be retired" for q in kept[:SHOWN]] + more
        _, counts, missing, kept_by = super().get_deleted_objects(list(objs), request)
        counts = {name: counts[name] for name in ("questions", "choices") if name in counts}
        missing &= {str(self.opts.verbose_name)}
        return [f"Question: {each}" for each in objs], counts, missing, kept_by

    # --- one question ----------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("preview/", view(self.preview_view), name="quizbank_question_preview"),
            path(
                "<uuid:pk>/revisions/",
                view(self.revisions_view),
                name="quizbank_question_revisions",
            ),
            path("<uuid:pk>/restore/", view(self.restore_view), name="quizbank_question_restore"),
            *super().get_urls(),
        ]

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Question, inline: Any, prefix: str
    ) -> dict[str, Any]:
        """A stale form's rows are laid over the rows that are there now."""
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        seen = request.POST.get("seen_version", "")
        if "data" in kwargs and not obj._state.adding and seen not in ("", str(obj.version)):
            rows = inline.model.objects.filter(question=obj)
            fields = [field for field in ROW_FIELDS if hasattr(inline.model, field)]
            kwargs["data"] = rebase(kwargs["data"], prefix, rows, fields)
        return kwargs

    def save_model(
        self, request: HttpRequest, obj: Question, form: ModelForm[Question], change: bool
    ) -> None:
        if not change and obj.author is None:
            obj.author_id = request.user.pk
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        # What waits for the end of the transaction is judged here, where the form can say it.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def response_change(self, request: HttpRequest, obj: Question) -> HttpResponse:
        if "_status" not in request.POST:
            return super().response_change(request, obj)
        status, note = request.POST["_status"], request.POST.get("_note", "")
        if status not in {step for step, _ in self.buttons_for(request, obj)}:
            raise PermissionDenied
        try:
            with transaction.atomic():
                done = change_status(question=obj, status=status, user=request.user, reason=note)
            self.message_user(request, done, messages.SUCCESS)
            if status == Status.ACTIVE:
                offer_fix(self, request, obj)
        except Unchanged:
            text = "Your edits are saved. Learners see none of them: there is nothing to publish."
            self.message_user(request, text, messages.INFO)
        except (Refused, DatabaseError) as error:
            self.message_user(
                request, f"Your edits are saved. Refused: {reason_of(error)}", messages.ERROR
            )
        return redirect("admin:quizbank_question_change", obj.pk)

    def buttons_for(self, request: HttpRequest, question: Question) -> list[tuple[Status, str]]:
        """The steps that this state allows and this person may take."""
        if not self.has_change_permission(request, question):
            return []
        may_publish = self.has_publish_permission(request)
        return [
            (status, label)
            for status, label in BUTTONS[Status(question.status)]
            if may_publish or status in (Status.DRAFT, Status.IN_REVIEW)
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        question: Question | None = kwargs.get("obj")
        context["tags_in_use"] = tags_in_use()
        if question:
            form = context["adminform"].form
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            exams = [row.exam for row in kept(formsets, QuestionExam)]
            content, problems = working_copy(question.pk)
            context |= {
                "question": question,
                "reported": reported_line(request, question),
                "buttons": self.buttons_for(request, question),
                "problems": problems,
                "changes": compare_with_live(question, content),
                "conflict": theirs_and_mine(form, formsets) if form.is_stale else (),
                **self.statistics_context(request, question, exams),
            }
        return super().render_change_form(request, context, *args, **kwargs)

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
                "figures": FiguresField().to_python(request.POST.get("media", "")),
                "kind": request.POST.get("kind", ""),
                "choices": request.POST.getlist("choice"),
                "similar": resembling(
                    stem=request.POST.get("stem", ""), other_than=request.POST.get("id") or None
                ),
            },
        )

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
            "subtitle": str(question),
            "original": question,
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


def kept(formsets: Iterable[Any], model: Any) -> list[Any]:
    """The rows of the database, as the form has them."""
    own = (formset for formset in formsets if formset.model is model)
    return [form.instance for formset in own for form in formset.initial_forms]


def compare_with_live(question: Question, content: dict[str, Any]) -> list[dict[str, str]]:
    """The unpublished changes, field by field; empty when there are none."""
    if not question.has_unpublished_changes or question.published_revision is None:
        return []
    return compare(question.published_revision.content, content)
