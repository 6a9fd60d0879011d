"""Duplicates: clusters of terms that may be one, what was merged, and what are two words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import register
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from flavors.duplicates import comparing, merging, reading
from flavors.models import TermSimilarity
from flavors.models.duplicate import Method
from ops.admin.duplicates import DuplicatesAdmin, Keys
from ops.admin.following import run_context
from ops.work import Refused

PAGE, ROWS = 10, 50


class Chosen(forms.Form):
    """What the forms of the screen send. `pair` is two keys, "12-34"."""

    terms = Keys(coerce=int, required=False)
    survivor = forms.IntegerField(required=False)
    pair = forms.RegexField(r"^\d{1,18}-\d{1,18}$", required=False)
    merge = forms.IntegerField(required=False)
    dismissal = forms.IntegerField(required=False)


def merge(chosen: dict[str, Any], user: Any) -> str:
    if chosen["survivor"] is None:
        raise Refused("Choose the term to keep.")
    return merging.merge_terms(survivor=chosen["survivor"], duplicates=chosen["terms"], user=user)


def dismiss(chosen: dict[str, Any], user: Any) -> str:
    """The pair whose button it was, or all that are ticked."""
    terms = [int(key) for key in chosen["pair"].split("-") if key] or chosen["terms"]
    return merging.dismiss_pairs(terms=terms, user=user)


@register(TermSimilarity)
class TermSimilarityAdmin(DuplicatesAdmin):
    page_template = "admin/flavors/termsimilarity/page.html"
    comparison = comparing.COMPARISON
    carried = ("show", "method", "p")
    form_class = Chosen
    steps = {
        "merge": merge,
        "dismiss": dismiss,
        "undo": lambda chosen, user: merging.undo_merge(merge=chosen["merge"] or 0, user=user),
        "restore": lambda chosen, user: merging.take_back_dismissal(
            dismissal=chosen["dismissal"] or 0, user=user
        ),
    }

    def similar_rows(self, request: HttpRequest) -> dict[str, Any]:
        method = request.GET.get("method", "")
        method = method if method in Method else ""
        page = Paginator(reading.cluster_keys(method), PAGE).get_page(request.GET.get("p"))
        last = comparing.last_comparison()
        return {
            "method": method,
            "methods": Method.choices,
            "page": page,
            "clusters": reading.clusters_from(page.object_list, method),
            "last": last,
            "since": comparing.terms_since(last),
            "may_compare": self.may_compare(request),
            **run_context(request.user, [self.comparison], ""),
        }

    def merged_rows(self, request: HttpRequest) -> dict[str, Any]:
        return {"page": Paginator(reading.standing_merges(), ROWS).get_page(request.GET.get("p"))}

    def dismissed_rows(self, request: HttpRequest) -> dict[str, Any]:
        return {"page": Paginator(reading.dismissals(), ROWS).get_page(request.GET.get("p"))}

    def step_view(self, request: HttpRequest, step: str) -> HttpResponse:
        """A merge is shown first, and done with the button below what it shows."""
        if step == "merge" and request.method == "POST" and "confirmed" not in request.POST:
            shown = self.preview(request) if self.may_decide(request) else None
            if shown is not None:
                return shown
        return super().step_view(request, step)

    def preview(self, request: HttpRequest) -> HttpResponse | None:
        """None where the step itself has to say what is wrong."""
        form = Chosen(request.POST)
        if not form.is_valid() or form.cleaned_data["survivor"] is None:
            return None
        kept = form.cleaned_data["survivor"]
        others = [key for key in form.cleaned_data["terms"] if key != kept]
        found = reading.preview(kept, others) if others else None
        if found is None:
            return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Merge into “{found.kept}”",
            "preview": found,
            "query": request.GET.urlencode(),
        }
        return TemplateResponse(request, "admin/flavors/termsimilarity/merge.html", context)

    def may_decide(self, request: HttpRequest) -> bool:
        return super().may_decide(request) and request.user.has_perm("flavors.change_term")
