"""The lightning round's bank, and a draw from it as learners get one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from ops.admin.history import HistoryAdmin
from quizbank import actions
from quizbank.admin.forms import LinesField
from quizbank.models import LightningQuestion
from quizbank.models.lightning import LightningDifficulty, LightningType
from quizbank.queries import lightning_grid
from quizbank.querysets import LightningQuerySet

# So many of the chosen questions are named on a confirmation.
SHOWN = 50


class LightningForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    accepted_answers = LinesField(
        required=False, help_text="Other spellings that count, one a line."
    )

    class Meta:
        model = LightningQuestion
        fields = (
            "id",
            "question",
            "correct_answer",
            "accepted_answers",
            "explanation",
            "question_type",
            "difficulty",
            "is_active",
        )
        widgets = {
            "question": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            "explanation": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            "correct_answer": UnfoldAdminTextInputWidget,
            "id": UnfoldAdminTextInputWidget,
        }


class DrawForm(forms.Form):
    difficulty = forms.ChoiceField(
        choices=[("", "Any difficulty"), *LightningDifficulty.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    question_type = forms.ChoiceField(
        label="Type",
        choices=[("", "Any type"), *LightningType.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    def wanted(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value}


@register(LightningQuestion)
class LightningQuestionAdmin(HistoryAdmin):
    form = LightningForm
    list_display = ("question", "question_type", "difficulty", "correct_answer", "state")
    list_filter = ("difficulty", "question_type", "is_active")
    list_before_template = "admin/quizbank/lightningquestion/grid.html"
    search_fields = ("id", "question", "correct_answer")
    search_help_text = "Any part of the question, its answer or its key"
    list_per_page = 50
    show_full_result_count = False
    actions = ("activate", "deactivate")
    fields = (
        "id",
        "question",
        "correct_answer",
        "accepted_answers",
        "explanation",
        ("question_type", "difficulty"),
        "is_active",
    )

    @display(
        description="state",
        ordering="is_active",
        label={"Active": "success", "Inactive": "warning"},
    )
    def state(self, question: LightningQuestion) -> str:
        return "Active" if question.is_active else "Inactive"

    def get_readonly_fields(
        self, request: HttpRequest, obj: LightningQuestion | None = None
    ) -> tuple[str, ...]:
        """A key stays what it was: another one would be another question."""
        return ("id",) if obj else ()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        grid = {"grid": lightning_grid(), "types": LightningType.labels}
        return super().changelist_view(request, grid | (extra_context or {}))

    def get_urls(self) -> list[URLPattern]:
        draw = self.admin_site.admin_view(self.draw_view)
        return [path("draw/", draw, name="quizbank_lightningquestion_draw"), *super().get_urls()]

    def draw_view(self, request: HttpRequest) -> HttpResponse:
        """Ten active questions at random; another ten at each load."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = DrawForm(request.GET)
        matching = LightningQuestion.objects.filter(**form.wanted() if form.is_valid() else {})
        return TemplateResponse(
            request,
            "admin/quizbank/lightningquestion/draw.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": "Draw ten",
                "form": form,
                "drawn": list(matching.draw(10)) if form.is_valid() else (),
                "available": matching.filter(is_active=True).count(),
            },
        )

    @action(description="Activate …", permissions=("change",))
    def activate(
        self, request: HttpRequest, chosen: QuerySet[LightningQuestion]
    ) -> HttpResponse | None:
        return self.switch(request, chosen, is_active=True)

    @action(description="Deactivate …", permissions=("change",))
    def deactivate(
        self, request: HttpRequest, chosen: QuerySet[LightningQuestion]
    ) -> HttpResponse | None:
        return self.switch(request, chosen, is_active=False)

    def switch(
        self, request: HttpRequest, chosen: QuerySet[LightningQuestion], *, is_active: bool
    ) -> HttpResponse | None:
        """Ask with the count of those that would change; then change them in one statement."""
        assert isinstance(chosen, LightningQuerySet)  # noqa: S101  # narrows the type
        verb, state = ("Activate", "active") if is_active else ("Deactivate", "inactive")
        changing = chosen.exclude(is_active=is_active)
        count, total = changing.count(), chosen.count()
        if not count:
            self.message_user(request, f"All {total:,} are {state} already.", messages.WARNING)
            return None
        if "confirmed" in request.POST:
            note = request.POST.get("note", "")
            done = actions.set_lightning_active(questions=chosen, is_active=is_active, note=note)
            self.message_user(request, f"{verb}d: {done:,}.", messages.SUCCESS)
            return None
        return TemplateResponse(
            request,
            "admin/confirm.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": f"{verb}: {count:,} question{'' if count == 1 else 's'}",
                "hint": f"{total - count:,} of the chosen are {state} already."
                if total > count
                else "",
                "back": request.get_full_path(),
                "hidden": hidden_fields(request),
                "lines": changing[:SHOWN],
                "more": max(0, count - SHOWN),
            },
        )


def hidden_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What a changelist's action needs to be posted again, confirmed."""
    selected = [("_selected_action", key) for key in request.POST.getlist("_selected_action")]
    across = request.POST.get("select_across", "0")
    return [
        ("confirmed", "1"),
        ("action", request.POST["action"]),
        ("select_across", across),
        *selected,
    ]
