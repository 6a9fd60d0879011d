"""How often members did what, by day: kept when the interactions themselves are archived."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.admin import ShowFacets, register
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display
from unfold.views import ChangeList

from ops.admin.reading import ReadingAdmin
from ops.pages import EstimatedPaginator
from quizbank.admin.answer_filters import MemberFilter
from quizbank.admin.interactions import ActionFilter, narrowed
from quizbank.answer_sheets import names_of, short
from quizbank.models import InteractionSummary


class NamedChangeList(ChangeList):
    """Names the members of a page at once; a join would hide the days of those who are gone."""

    result_list: list[Any]

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        names = names_of((row.user_id for row in rows), request.user)
        for row in rows:
            row.member_name = names.get(row.user_id) or short(row.user_id)
        self.result_list = rows


@register(InteractionSummary)
class InteractionSummaryAdmin(ReadingAdmin):
    kept = ("changelist",)
    list_display = ("day", "member", "action", "times")
    list_display_links = None
    # Uses index: interactions_of_a_day_count_once, interaction_summary_of_action, …_by_day.
    list_filter = (MemberFilter, ActionFilter, ("date", RangeDateFilter))
    list_filter_submit = True
    list_per_page = 50
    paginator = EstimatedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    sortable_by = ()
    actions = None
    list_before_template = "admin/quizbank/interactionsummary/about.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NamedChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[InteractionSummary]:
        return InteractionSummary.objects.all()

    @display(description="day (UTC)")
    def day(self, row: InteractionSummary) -> date:
        return row.date

    @display(description="member")
    def member(self, row: Any) -> str:
        return narrowed(row.member_name, user_id=row.user_id)

    @display(description="action")
    def action(self, row: InteractionSummary) -> str:
        return narrowed(row.action_type, action_type=row.action_type)

    @display(description="times")
    def times(self, row: InteractionSummary) -> str:
        return f"{row.count:,}"
