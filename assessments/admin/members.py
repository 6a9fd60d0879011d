"""Everyone who takes, answers or tastes: the list, and a page of what is known about each."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ShowFacets, SimpleListFilter, register
from django.contrib.admin.options import ModelAdmin as BaseModelAdmin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from assessments.admin.erasing import ErasingAdmin
from assessments.admin.exporting import ExportingAdmin
from assessments.models import Member
from assessments.querysets import MemberQuerySet
from assessments.sections import sections_for
from ops.admin.filters import MomentFilter
from ops.pages import EstimatedPaginator


class StateFilter(SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(
        self, request: HttpRequest, model_admin: BaseModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        return [("active", "Active"), ("hidden", "Hidden")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        wanted = {"active": True, "hidden": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(is_active=wanted)


@register(Member)
class MemberAdmin(ErasingAdmin, ExportingAdmin):
    page_template = "admin/assessments/member/page.html"
    list_display = ("name", "email", "state", "joined", "last_seen")
    list_filter = (StateFilter, ("created_at", MomentFilter), ("last_seen_at", MomentFilter))
    list_filter_submit = True
    list_per_page = 50
    paginator = EstimatedPaginator
    show_full_result_count = False
    # Each would count the whole table.
    show_facets = ShowFacets.NEVER
    actions = None
    ordering = ("-created_at", "-id")
    sortable_by = ("name", "joined", "last_seen")
    search_fields = ("display_name",)
    search_help_text = "Any part of a name or an e-mail, or a whole id"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Member], search_term: str
    ) -> tuple[QuerySet[Member], bool]:
        assert isinstance(queryset, MemberQuerySet)  # noqa: S101  # narrows the type
        found = queryset.matching(search_term).resolved() if search_term.strip() else queryset
        return found, False

    @display(description="name", ordering="display_name")
    def name(self, member: Member) -> str:
        return member.display_name

    @display(
        description="state",
        label={"Active": "success", "Hidden": "warning", "Erased": "danger"},
    )
    def state(self, member: Member) -> str:
        return state_of(member)

    @display(description="joined", ordering="created_at")
    def joined(self, member: Member) -> Any:
        return member.created_at

    @display(
        description="last seen",
        ordering=F("last_seen_at").asc(nulls_first=True),
        empty_value="never",
    )
    def last_seen(self, member: Member) -> Any:
        return member.last_seen_at

    def page_links(self, request: HttpRequest, member: Member) -> list[tuple[str, str]]:
        """(words, address) of what this person may do with the member."""
        return self.erasing_links(request, member)

    def page_context(self, request: HttpRequest, obj: Member) -> dict[str, Any]:
        return {
            "title": obj.display_name,
            "member": obj,
            "state": state_of(obj),
            "links": self.page_links(request, obj),
            "may_export": self.has_export_permission(request),
            "sections": list(sections_for(request.user, obj.pk)),
        }


def state_of(member: Member) -> str:
    if member.is_erased:
        return "Erased"
    return "Active" if member.is_active else "Hidden"
