"""Descriptors: the list of any size, and the form of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import register, site
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from assessments.models import Member
from flavors.admin.descriptor_filters import (
    CategoryFilter,
    ExtractionFilter,
    IntensityFilter,
    MemberFilter,
    TermFilter,
)
from flavors.models import Descriptor, Term
from flavors.term_sets import NO_TERMS, member_names, terms_like
from ops.admin.filters import DayFilter
from ops.admin.keyset import KeysetAdmin
from ops.admin.refusals import RefusableAdmin, RefusableForm
from ops.errors import reason_of

TEXTS = ("descriptor_text", "item_name", "item_category", "extraction_model")
KEPT = ("user", "source_type", "source_id")


class DescriptorForm(RefusableForm):
    user = forms.ModelChoiceField(
        Member.objects.all(),
        label="Member",
        widget=UnfoldAdminTextInputWidget,
        help_text="The member's id.",
        error_messages={"invalid_choice": "There is no member with this id."},
    )

    class Meta:
        widgets = dict.fromkeys(TEXTS, UnfoldAdminTextInputWidget)

    def clean_extraction_model(self) -> str | None:
        return self.cleaned_data["extraction_model"] or None


@register(Descriptor)
class DescriptorAdmin(KeysetAdmin, RefusableAdmin):
    form = DescriptorForm
    list_display = (
        "descriptor_text",
        "term_name",
        "kind",
        "intensity",
        "member",
        "item",
        "source",
        "by_ai",
        "created_at",
    )
    list_filter = (
        TermFilter,
        MemberFilter,
        CategoryFilter,
        ("descriptor_type", ChoicesDropdownFilter),
        ("source_type", ChoicesDropdownFilter),
        IntensityFilter,
        ExtractionFilter,
        ("created_at", DayFilter),
    )
    list_filter_submit = True
    reach = 100_000
    search_fields = ("descriptor_text",)
    search_help_text = "Words of a term; of one or two letters, how it begins"
    actions = None
    fieldsets = (
        (None, {"fields": ("descriptor_text", "descriptor_type", "intensity", "term_link")}),
        ("Where it comes from", {"fields": (*KEPT, "item_name", "item_category")}),
        ("Extraction", {"fields": ("ai_extracted", "confidence_score", "extraction_model")}),
    )

    # --- The list --------------------------------------------------------------------------------
    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Descriptor], search_term: str
    ) -> tuple[QuerySet[Descriptor], bool]:
        if not search_term.strip():
            return queryset, False
        request.terms = found = terms_like(search_term)  # type: ignore[attr-defined]
        if found.is_cut:
            messages.info(
                request,
                f"Many terms match: these are the descriptors of the {len(found.terms):,} most"
                " used. Write more of the word for the others.",
                fail_silently=True,
            )
        return found.narrow(queryset), False

    def lead(self, request: HttpRequest, changelist: Any) -> Sequence[str]:
        terms = getattr(request, "terms", NO_TERMS)
        return super().lead(request, changelist) or [terms.lead] * bool(terms.lead)

    def searches_by_index(self, request: HttpRequest) -> bool:
        terms = getattr(request, "terms", None)
        return terms is None or terms.by_index

    def rows_expected(self, request: HttpRequest) -> int | None:
        """The planner would look up how often each of two thousand terms is in each month."""
        terms = getattr(request, "terms", None)
        return terms.uses if terms else None

    def furnish(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        terms = Term.objects.select_related("canonical").in_bulk({row.term_id for row in rows})
        names = member_names({row.user_id for row in rows}, request.user)
        for row in rows:
            row.named, row.member_name = terms.get(row.term_id), names[row.user_id]

    @display(description="term")
    def term_name(self, descriptor: Any) -> str:
        return in_words(descriptor.named)

    @display(description="type")
    def kind(self, descriptor: Descriptor) -> str:
        return descriptor.get_descriptor_type_display()

    @display(description="member")
    def member(self, descriptor: Any) -> str:
        """Leads to this member's descriptors."""
        return format_html(
            '<a class="steward-link" href="?user_id={}">{}</a>',
            descriptor.user_id,
            descriptor.member_name,
        )

    @display(description="item")
    def item(self, descriptor: Descriptor) -> str:
        return descriptor.item_name

    @display(description="source")
    def source(self, descriptor: Descriptor) -> str:
        return descriptor.get_source_type_display()

    @display(description="noted by", label={"AI": "info"})
    def by_ai(self, descriptor: Descriptor) -> str:
        return "AI" if descriptor.ai_extracted else "Member"

    # --- One descriptor --------------------------------------------------------------------------
    def get_readonly_fields(
        self, request: HttpRequest, obj: Descriptor | None = None
    ) -> tuple[str, ...]:
        return ("term_link",) if obj is None else ("term_link", "member_link", *KEPT[1:], "noted")

    def get_fieldsets(self, request: HttpRequest, obj: Descriptor | None = None) -> Any:
        """The member and the source are given once."""
        text, origin, extraction = self.fieldsets
        if obj is None:
            words = tuple(name for name in text[1]["fields"] if name != "term_link")
            return (None, {"fields": words}), origin, extraction
        fields = ("member_link", *origin[1]["fields"][1:], "noted")
        return text, (origin[0], {"fields": fields}), extraction

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if obj is not None:
            form.base_fields.pop("user", None)
        return form

    @display(description="term")
    def term_link(self, descriptor: Descriptor) -> str:
        term = Term.objects.select_related("canonical").filter(pk=descriptor.term_id).first()
        words = in_words(term)
        if Term not in site._registry:
            return words
        address = reverse("admin:flavors_term_change", args=[descriptor.term_id])
        return format_html('<a class="steward-link" href="{}">{}</a>', address, words)

    @display(description="member")
    def member_link(self, descriptor: Descriptor) -> str:
        address = reverse("admin:flavors_descriptor_changelist")
        return format_html(
            '{} · <a class="steward-link" href="{}?user_id={}">all their descriptors</a>',
            str(descriptor.user_id),
            address,
            descriptor.user_id,
        )

    @display(description="noted at")
    def noted(self, descriptor: Descriptor) -> Any:
        return descriptor.created_at

    def reason_of(self, error: DatabaseError) -> str:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        if name.endswith("_once"):
            return "This source has this descriptor of this type already."
        return reason_of(error)


def in_words(term: Term | None) -> str:
    """With what it was merged into."""
    if term is None:
        return ""
    return f"{term} → {term.canonical}" if term.canonical else str(term)
