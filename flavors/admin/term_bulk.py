"""Changes of many terms: asked with the count, done in one go, undone on the page that follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from flavors.categories import branches
from flavors.models import FlavorCategory, Term, TermBatch
from flavors.models.choices import TermStatus
from flavors.terms.changing import LIMIT, set_categories, set_status, undo_batch
from flavors.terms.suggesting import suggestions
from ops.errors import reason_of
from ops.work import Refused

NAME = "flavors_term"
LISTED, SUGGESTED, BATCHES = 200, 50, 50
NO_CATEGORY = "0"

type Change = Callable[[list[int], dict[str, Any], Any], TermBatch]


class CategoryForm(forms.Form):
    category = forms.ChoiceField(widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Choose"), *branches(), (NO_CATEGORY, "No category")]
        self.fields["category"].choices = choices  # type: ignore[attr-defined]


class BulkTerms(ModelAdmin):
    actions: tuple[str, ...] = ("approve", "reject", "set_category", "set_suggested_category")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("batches/", view(self.batches_view), name=f"{NAME}_batches"),
            path("batches/<int:batch>/", view(self.batch_view), name=f"{NAME}_batch"),
            path("batches/<int:batch>/undo/", view(self.undo_view), name=f"{NAME}_batch_undo"),
            *super().get_urls(),
        ]

    @action(description="Approve …", permissions=("change",))
    def approve(self, request: HttpRequest, chosen: QuerySet[Term]) -> HttpResponse | None:
        return self.ask_or_do(request, chosen, "Approve", forms.Form, to_status("approved"))

    @action(description="Reject …", permissions=("change",))
    def reject(self, request: HttpRequest, chosen: QuerySet[Term]) -> HttpResponse | None:
        return self.ask_or_do(request, chosen, "Reject", forms.Form, to_status("rejected"))

    @action(description="Set category …", permissions=("change",))
    def set_category(self, request: HttpRequest, chosen: QuerySet[Term]) -> HttpResponse | None:
        return self.ask_or_do(request, chosen, "Set category", CategoryForm, to_category)

    @action(description="Set the suggested category …", permissions=("change",))
    def set_suggested_category(
        self, request: HttpRequest, chosen: QuerySet[Term]
    ) -> HttpResponse | None:
        """Of terms without one; each suggestion can be left out."""
        terms = list(chosen.filter(category=None, canonical=None)[: SUGGESTED + 1])
        if not terms:
            text = "Each of these terms has a category, or is merged into another one."
            self.message_user(request, text, messages.INFO)
            return None
        if len(terms) > SUGGESTED:
            self.message_user(
                request,
                f"Suggestions are looked at one by one: choose {SUGGESTED:,} terms or fewer.",
                messages.ERROR,
            )
            return None
        found = suggestions([term.pk for term in terms])
        if "confirmed" in request.POST:
            ticked = set(request.POST.getlist("accepted"))
            accepted = {
                key: each.category
                for key, each in found.items()
                if f"{key}-{each.category.pk}" in ticked
            }
            user: Any = request.user
            return self.do(request, lambda: set_categories(categories=accepted, user=user))
        rows = [(term, found.get(term.pk)) for term in terms]
        rows.sort(key=lambda row: -(row[1].confidence if row[1] else 0))
        return self.ask_about(
            request, "Set the suggested category", len(found), forms.Form(), suggested=rows
        )

    def ask_or_do(
        self,
        request: HttpRequest,
        chosen: QuerySet[Term],
        verb: str,
        form_class: type[forms.Form],
        change: Change,
    ) -> HttpResponse | None:
        keys = list(chosen.order_by().values_list("pk", flat=True)[: LIMIT + 1])
        if len(keys) > LIMIT:
            text = f"More than {LIMIT:,} terms are too many for one go: narrow the list first."
            self.message_user(request, text, messages.ERROR)
            return None
        form = form_class(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            data = form.cleaned_data
            return self.do(request, lambda: change(keys, data, request.user))
        terms = chosen[:LISTED]
        return self.ask_about(request, verb, len(keys), form, terms=terms, more=len(keys) - LISTED)

    def do(self, request: HttpRequest, change: Callable[[], TermBatch]) -> HttpResponse:
        try:
            batch = change()
        except (Refused, DatabaseError) as error:
            self.message_user(request, f"Nothing was changed: {reason_of(error)}", messages.ERROR)
            return redirect(request.get_full_path())
        return redirect(f"admin:{NAME}_batch", batch.pk)

    def ask_about(
        self, request: HttpRequest, verb: str, count: int, form: forms.Form, **context: Any
    ) -> HttpResponse:
        context |= {
            "title": f"{verb}: {count:,} term{'' if count == 1 else 's'}",
            "form": form,
            "name": request.POST["action"],
            "selected": request.POST.getlist("_selected_action"),
            "across": request.POST.get("select_across", "0"),
            "back": request.get_full_path(),
        }
        return self.page(request, "bulk.html", context)

    # --- What was done --------------------------------------------------------------------------
    def batches_view(self, request: HttpRequest) -> HttpResponse:
        self.require_view(request)
        batches = TermBatch.objects.select_related("changed_by").defer("before", "after")
        return self.page(
            request, "batches.html", {"title": "Bulk changes", "batches": batches[:BATCHES]}
        )

    def batch_view(self, request: HttpRequest, batch: int) -> HttpResponse:
        self.require_view(request)
        found = TermBatch.objects.select_related("changed_by").filter(pk=min(batch, 2**62)).first()
        if found is None:
            raise Http404
        keys = [int(key) for key in found.after]
        context = {
            "title": "Bulk change",
            "batch": found,
            "terms": Term.objects.select_related("category").filter(pk__in=keys)[:LISTED],
            "count": len(keys),
            "more": len(keys) - LISTED,
            "may_undo": self.has_change_permission(request) and found.undone_at is None,
        }
        return self.page(request, "batch.html", context)

    def undo_view(self, request: HttpRequest, batch: int) -> HttpResponse:
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        try:
            done = undo_batch(batch=min(batch, 2**62), user=request.user)  # type: ignore[arg-type]
            self.message_user(request, done, messages.SUCCESS)
        except (Refused, DatabaseError) as error:
            self.message_user(request, f"Nothing was changed: {reason_of(error)}", messages.ERROR)
        return redirect(f"admin:{NAME}_batches")

    def require_view(self, request: HttpRequest) -> None:
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        everywhere = self.admin_site.each_context(request) | {"opts": self.opts}
        return TemplateResponse(request, f"admin/flavors/term/{template}", everywhere | context)


def to_status(status: str) -> Change:
    return lambda keys, _, user: set_status(terms=keys, status=TermStatus(status), user=user)


def to_category(keys: list[int], data: dict[str, Any], user: Any) -> TermBatch:
    chosen = data["category"]
    category = None if chosen == NO_CATEGORY else FlavorCategory.objects.get(pk=chosen)
    return set_categories(categories=dict.fromkeys(keys, category), user=user)
