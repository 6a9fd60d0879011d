"""Publish, hide or reject many profiles: asked with a preview, reported row by row, undone at once.

The list's action only asks. What is decided goes by the versions that the question showed.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from assessments.actions import Why
from assessments.batches import BULK, decide_many, undo_batch
from assessments.models import ModerationReason, PublicProfile
from assessments.models.choices import REASONED, Action
from assessments.queries.batches import batch_of, preview_of, recent_batches
from ops.admin.reading import ReadingAdmin

LIMIT = 1_000
# So many profiles are named on the question.
SHOWN = 100
NAME = "assessments_publicprofile"
FOLDER = "admin/assessments/publicprofile"


class DecisionForm(forms.Form):
    """Empty texts are those of the reason."""

    reason = forms.ModelChoiceField(
        ModerationReason.objects.none(), widget=UnfoldAdminSelectWidget, empty_label="Choose …"
    )
    message = forms.CharField(
        label="Text to the owners",
        required=False,
        max_length=5_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Left empty, the reason's own.",
    )
    note = forms.CharField(
        label="Private note",
        required=False,
        max_length=5_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="Only staff read it.",
    )

    def __init__(self, what: Action, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if what not in REASONED:
            del self.fields["reason"], self.fields["message"]
            return
        self.reasons = [
            reason
            for reason in ModerationReason.objects.filter(is_active=True)
            if what in reason.actions or not reason.actions
        ]
        field: Any = self.fields["reason"]
        field.queryset = ModerationReason.objects.filter(pk__in=[each.pk for each in self.reasons])

    def texts(self) -> dict[str, dict[str, str]]:
        """Code → the texts that the reason fills in."""
        return {
            each.pk: {"message": each.message, "note": each.note}
            for each in getattr(self, "reasons", ())
        }

    def why(self) -> Why:
        data = self.cleaned_data
        return Why(data.get("reason"), data.get("message", ""), data["note"])


class BulkDecisions(ReadingAdmin):
    actions: tuple[str, ...] | None = ("publish", "hide", "reject")

    def has_moderate_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("assessments.moderate_publicprofile")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("decide/", view(self.decide_view), name=f"{NAME}_decide"),
            path("batches/", view(self.batches_view), name=f"{NAME}_batches"),
            path("batches/<uuid:batch>/", view(self.batch_view), name=f"{NAME}_batch"),
            path("batches/<uuid:batch>/undo/", view(self.undo_view), name=f"{NAME}_batch_undo"),
            *super().get_urls(),
        ]

    # --- Asking ----------------------------------------------------------------------------------
    @action(description="Publish …", permissions=("moderate",))
    def publish(self, request: HttpRequest, chosen: QuerySet[PublicProfile]) -> HttpResponse | None:
        return self.ask(request, chosen, Action.PUBLISH)

    @action(description="Hide …", permissions=("moderate",))
    def hide(self, request: HttpRequest, chosen: QuerySet[PublicProfile]) -> HttpResponse | None:
        return self.ask(request, chosen, Action.HIDE)

    @action(description="Reject …", permissions=("moderate",))
    def reject(self, request: HttpRequest, chosen: QuerySet[PublicProfile]) -> HttpResponse | None:
        return self.ask(request, chosen, Action.REJECT)

    def ask(
        self, request: HttpRequest, chosen: QuerySet[PublicProfile], what: Action
    ) -> HttpResponse | None:
        keys = list(chosen.values_list("pk", flat=True)[: LIMIT + 1])
        if len(keys) > LIMIT:
            self.message_user(
                request,
                f"More than {LIMIT:,} profiles are too many for one go: filter the list until"
                f" {LIMIT:,} or fewer are chosen. Nothing was changed.",
                messages.ERROR,
            )
            return None
        return self.question(request, what, keys, DecisionForm(what), request.GET.urlencode())

    def question(
        self, request: HttpRequest, what: Action, keys: list[UUID], form: DecisionForm, back: str
    ) -> HttpResponse:
        """With the profiles as they are now."""
        found = PublicProfile.objects.filter(pk__in=keys).defer("self_description")
        profiles = list(found.order_by("name", "pk"))
        preview = preview_of(profiles, what, request.user)
        context = {
            "title": f"{what.label} {counted(len(profiles))}",
            "what": what,
            "preview": preview,
            "form": form,
            "texts": form.texts(),
            "seen": " ".join(f"{each.pk}:{each.version}" for each in profiles),
            "profiles": profiles[:SHOWN],
            "more": max(0, len(profiles) - SHOWN),
            "button": f"{what.label} {counted(preview.changing)}",
            "back": back,
        }
        return self.page(request, "decide.html", context)

    # --- Deciding --------------------------------------------------------------------------------
    def decide_view(self, request: HttpRequest) -> HttpResponse:
        require(self.has_moderate_permission(request) and request.method == "POST")
        seen, what = seen_in(request.POST.get("seen", "")), request.POST.get("what", "")
        back = request.POST.get("back", "")
        if what not in BULK or not seen or len(seen) > LIMIT:
            self.message_user(request, "Choose profiles in the list first.", messages.WARNING)
            return redirect(f"admin:{NAME}_changelist")
        form = DecisionForm(Action(what), request.POST)
        if not form.is_valid():
            return self.question(request, Action(what), list(seen), form, back)
        user: Any = request.user
        batch, outcomes = decide_many(action=Action(what), seen=seen, user=user, why=form.why())
        done = sum(outcome.done for outcome in outcomes)
        context = {
            "title": f"{Action(what).label}: {done:,} of {counted(len(seen))}",
            "outcomes": sorted(outcomes, key=lambda outcome: outcome.done),
            "done": done,
            "refused": len(outcomes) - done,
            "gone": len(seen) - len(outcomes),
            "batch": batch if done else None,
            "undo": undo_words(done),
            "back": back,
        }
        return self.page(request, "decided.html", context)

    # --- Batches ---------------------------------------------------------------------------------
    def batches_view(self, request: HttpRequest) -> HttpResponse:
        require(self.has_view_permission(request))
        context = {"title": "Recent batches", "batches": recent_batches()}
        return self.page(request, "batches.html", context)

    def batch_view(self, request: HttpRequest, batch: UUID) -> HttpResponse:
        require(self.has_view_permission(request))
        found = batch_of(batch)
        if found is None:
            raise Http404
        title = f"Batch: {found.first.get_action_display()} {counted(len(found.lines))}"
        context = {
            "title": title,
            "batch": found,
            "undo": undo_words(found.undoable),
            "may_undo": bool(found.undoable) and self.has_moderate_permission(request),
        }
        return self.page(request, "batch.html", context)

    def undo_view(self, request: HttpRequest, batch: UUID) -> HttpResponse:
        require(self.has_moderate_permission(request) and request.method == "POST")
        user: Any = request.user
        outcomes = undo_batch(batch=batch, user=user)
        if not outcomes:
            raise Http404
        done = sum(outcome.done for outcome in outcomes)
        kept = len(outcomes) - done
        text = f"Undone: {counted(done)}."
        if kept:
            text += f" {counted(kept)} changed since, or were undone before, and stay."
        self.message_user(request, text, messages.WARNING if kept else messages.SUCCESS)
        return redirect(f"admin:{NAME}_batch", batch)

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        back = f"{reverse(f'admin:{NAME}_changelist')}?{context.get('back', '')}"
        everywhere = {**self.admin_site.each_context(request), "opts": self.opts, "list": back}
        return TemplateResponse(request, f"{FOLDER}/{template}", {**everywhere, **context})


def require(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


def counted(number: int) -> str:
    return f"{number:,} profile{'' if number == 1 else 's'}"


def undo_words(number: int) -> str:
    return f"Undo for {counted(number)}"


def seen_in(text: str) -> dict[UUID, int]:
    """Key → version, of "key:version …"; what is neither is left out."""
    pairs = (pair.partition(":") for pair in text.split())
    seen = {}
    for key, _, version in pairs:
        try:
            seen[UUID(key)] = int(version)
        except ValueError:
            continue
    return seen
