"""The lexicon: the list of terms, and the page of one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from flavors.admin.bars import Bar, chart_of
from flavors.admin.term_bulk import BulkTerms
from flavors.admin.term_filters import CategoryFilter, MergedFilter
from flavors.categories import branches
from flavors.models import Term
from flavors.terms import reading
from flavors.terms.suggesting import suggestions
from ops.admin.history import HistoryAdmin
from ops.pages import EstimatedPaginator

LONGEST_SEARCH = 500


class TermForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "display_text" in self.fields:
            self.fields["display_text"].widget = UnfoldAdminTextInputWidget()
        if "category" in self.fields:
            choices = [("", "No category"), *branches()]
            self.fields["category"].widget.choices = choices  # type: ignore[attr-defined]

    def clean_display_text(self) -> str:
        """As the database's rules have it, with the way out."""
        text = str(self.cleaned_data["display_text"])
        form = reading.normalized(text)
        if not form:
            raise forms.ValidationError("A term needs a letter or a digit.")
        if self.instance.pk and form != self.instance.normalized_form:
            raise forms.ValidationError(
                "Another spelling is fine; another word is another term: merge the two."
            )
        if not self.instance.pk and Term.objects.filter(normalized_form=form).exists():
            raise forms.ValidationError(f"There is this term already: search for “{form}”.")
        return text


@register(Term)
class TermAdmin(BulkTerms, HistoryAdmin):
    form = TermForm
    fields = ("display_text", ("category", "status"))
    list_display = (
        "term",
        "uses",
        "members",
        "trend",
        "first_use",
        "last_use",
        "in_category",
        "state",
    )
    list_filter = ("status", CategoryFilter, MergedFilter)
    list_filter_submit = False
    ordering = ("-usage_count", "id")
    sortable_by = ("uses",)
    search_fields = ("normalized_form",)
    search_help_text = "Any part of the term; or something like it"
    list_per_page = 50
    show_full_result_count = False
    paginator = EstimatedPaginator
    history_kept = ("canonical",)
    list_before_template = "admin/flavors/term/above_list.html"
    change_form_outer_after_template = "admin/flavors/term/about.html"

    class Media:
        css = {"all": ("terms.css", "wheel.css")}
        js = ("terms.js",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.suggest_view)
        return [path("suggest/", view, name="flavors_term_suggest"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Term]:
        return reading.listed(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Term], search_term: str
    ) -> tuple[QuerySet[Term], bool]:
        text = search_term.strip()[:LONGEST_SEARCH]
        return (reading.matching(queryset, text) if text else queryset), False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """The database keeps every term: descriptors point to it for ever."""
        return False

    # --- The list ----------------------------------------------------------------------------
    @display(description="term", ordering="normalized_form")
    def term(self, term: Any) -> str:
        if term.canonical is None:
            return str(term.display_text)
        return format_html("{} → {}", term.display_text, term.canonical.display_text)

    @display(description="uses", ordering="usage_count")
    def uses(self, term: Any) -> str:
        merged = f" + {term.alias_uses:,} merged" if term.alias_count else ""
        return f"{term.usage_count:,}{merged}"

    @display(description="members")
    def members(self, term: Term) -> str:
        return f"{term.user_count:,}"

    @display(description="trend")
    def trend(self, term: Any) -> str:
        return trend_of(term.month_uses, term.earlier_uses)

    @display(description="first use")
    def first_use(self, term: Term) -> Any:
        return term.first_used_at and term.first_used_at.date()

    @display(description="last use")
    def last_use(self, term: Term) -> Any:
        return term.last_used_at and term.last_used_at.date()

    @display(description="category")
    def in_category(self, term: Term) -> str:
        category = term.category
        if category is None:
            return ""
        return f"{category.parent} / {category}" if category.parent_id else str(category)

    @display(
        description="status",
        label={"Approved": "success", "Suggested": "warning", "Rejected": "danger"},
    )
    def state(self, term: Term) -> str:
        return term.get_status_display()

    def suggest_view(self, request: HttpRequest) -> HttpResponse:
        """As one types: at most ten terms, with their addresses."""
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied
        found = reading.beginning_with(request.GET.get("q", "")[:LONGEST_SEARCH])
        terms = [
            {
                "text": each.text,
                "note": each.note,
                "address": reverse("admin:flavors_term_change", args=[each.key]),
            }
            for each in found
        ]
        return JsonResponse({"terms": terms})

    # --- One term ----------------------------------------------------------------------------
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        term = self.get_object(request, object_id) if request.method == "GET" else None
        known: dict[str, Any] = {}
        if isinstance(term, Term):
            rights = ("flavors.change_term", "flavors.change_termsimilarity")
            may_merge = not term.canonical_id and request.user.has_perms(rights)
            known = {**about(term), "may_merge": may_merge}
        return super().change_view(request, object_id, form_url, {**known, **(extra_context or {})})


def about(term: Term) -> dict[str, Any]:
    family = reading.family(term)
    months = [
        Bar(f"{month:%Y-%m}", uses, ai, f"{ai:,} found by AI")
        for month, uses, ai in reading.uses_by_month(family)
    ]
    return {
        "about": term,
        "trend": trend_of(term.month_uses, term.earlier_uses),  # type: ignore[attr-defined]
        "months": chart_of(months),
        "spellings": reading.spellings(family),
        "neighbours": reading.neighbours(term),
        "aliases": term.aliases.order_by("-usage_count", "pk")[: reading.ALIASES],
        "suggestion": suggestions([term.pk]).get(term.pk),
        "latest": reading.LATEST,
    }


def trend_of(uses: int, before: int) -> str:
    """Of the last whole month, beside the one before."""
    if not uses and not before:
        return ""
    share = f"{(uses - before) / before:+.0%}, " if before and uses != before else ""
    return f"{share}{before:,} → {uses:,}"
