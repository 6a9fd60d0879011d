"""Attempts at the assessment: the list over all years, and everything about one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin as BaseModelAdmin
from django.contrib.admin import ShowFacets, register
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from assessments.admin.filters import BadgeFilter
from assessments.models import AssessmentSession
from assessments.queries.sessions import (
    HEAVY,
    MEMBERS,
    badge_catalogue,
    best_attempt,
    matching_attempts,
    whole_attempt,
)
from assessments.reports import report_of
from assessments.transcripts import conversation
from ops.admin.filters import MomentFilter
from ops.admin.reading import ReadingAdmin
from ops.pages import EstimatedPaginator
from ops.queries import values_in_index

TURNS = 50
MANY = f"More than {MEMBERS:,} members match; these are the sessions of the newest. Write more."


class ArchetypeFilter(DropdownFilter):
    title = "archetype"
    parameter_name = "archetype"

    def lookups(
        self, request: HttpRequest, model_admin: BaseModelAdmin[Any]
    ) -> list[tuple[Any, str]]:
        # Uses index: session_by_archetype, one probe a value and partition.
        return [(value, value) for value in values_in_index(AssessmentSession, "archetype")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AssessmentSession]
    ) -> QuerySet[AssessmentSession]:
        return queryset.filter(archetype=self.value()) if self.value() else queryset


@register(AssessmentSession)
class SessionAdmin(ReadingAdmin):
    page_template = "admin/assessments/session/page.html"
    list_display = (
        "member",
        "started",
        "state",
        "overall",
        "tier",
        "archetype",
        "career_level",
        "completed",
        "published",
    )
    list_display_links = ("member",)
    list_filter = (
        "status",
        "tier",
        ArchetypeFilter,
        "career_level",
        BadgeFilter,
        ("started_at", MomentFilter),
        ("completed_at", MomentFilter),
        "is_published",
    )
    list_filter_submit = True
    list_per_page = 50
    list_select_related = ("user",)
    paginator = EstimatedPaginator
    show_full_result_count = False
    # Each would count the whole table.
    show_facets = ShowFacets.NEVER
    actions = None
    # Newest first, by the key: no other order prunes partitions.
    sortable_by = ()
    search_fields = ("profile_slug",)
    search_help_text = "A member's name, e-mail or id; a session's id; a slug"

    class Media:
        css = {"all": ("member.css",)}

    # --- The list ----------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[AssessmentSession]:
        return super().get_queryset(request).defer(*HEAVY)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AssessmentSession], search_term: str
    ) -> tuple[QuerySet[AssessmentSession], bool]:
        found, too_many = matching_attempts(queryset, search_term)
        if too_many:
            self.message_user(request, MANY, messages.WARNING)
        return found, False

    @display(description="member")
    def member(self, attempt: AssessmentSession) -> str:
        return attempt.user.display_name

    @display(
        description="status",
        label={"Completed": "success", "In progress": "info", "Abandoned": "warning"},
    )
    def state(self, attempt: AssessmentSession) -> str:
        return attempt.get_status_display()

    @display(description="started")
    def started(self, attempt: AssessmentSession) -> str:
        return minute_of(attempt.started_at)

    @display(description="overall")
    def overall(self, attempt: AssessmentSession) -> int | None:
        return attempt.overall_score

    @display(description="completed")
    def completed(self, attempt: AssessmentSession) -> str:
        return minute_of(attempt.completed_at)

    @display(description="published")
    def published(self, attempt: AssessmentSession) -> str:
        return "Yes" if attempt.is_published else ""

    # --- One attempt -------------------------------------------------------------------------
    def page_context(self, request: HttpRequest, obj: AssessmentSession) -> dict[str, Any]:
        attempt: Any = whole_attempt(obj.pk)
        turns = Paginator(conversation(attempt.transcript_text), TURNS)
        return {
            "title": f"Session of {attempt.user.display_name}",
            "attempt": attempt,
            "is_best": best_attempt(attempt.user_id) == attempt.pk,
            "report": report_of(attempt, badge_catalogue(attempt.badges or ())),
            "turns": turns.get_page(request.GET.get("turns")),
            "shows_turns": "turns" in request.GET,
            "may_see_member": request.user.has_perm("assessments.view_member"),
        }


def minute_of(moment: datetime | None) -> str:
    """In the person's zone."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
