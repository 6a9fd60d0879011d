"""Public profiles, for those who decide on them. Their content is their owners' to edit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.admin import ShowFacets, register
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from assessments.admin.board_words import BADGES
from assessments.admin.bulk import BulkDecisions
from assessments.admin.exports import ProfileExport
from assessments.admin.filters import (
    ArchetypeFilter,
    BadgeFilter,
    DeciderFilter,
    StateFilter,
    VisibilityFilter,
)
from assessments.admin.profile_page import ProfilePage
from assessments.admin.queue import ProfileQueue
from assessments.models import PublicProfile
from assessments.models.choices import State
from assessments.public import badges_of
from assessments.queries.lists import state_tabs
from assessments.querysets import ProfileQuerySet
from ops.admin.filters import MomentFilter
from ops.admin.lists import QuickListAdmin, as_label
from ops.pages import EstimatedPaginator

STATE_COLOURS = {
    "Pending": "info",
    "Appealed": "info",
    "Changes requested": "warning",
    "Published": "success",
    "Hidden": "danger",
    "Rejected": "danger",
}
# Of the list's address, what is no filter.
NO_FILTERS = {ORDER_VAR, PAGE_VAR, "state"}


@register(PublicProfile)
class PublicProfileAdmin(QuickListAdmin, ProfileQueue, BulkDecisions, ProfileExport, ProfilePage):
    list_before_template = "admin/assessments/publicprofile/tabs.html"
    list_display = (
        "who",
        "state_label",
        "slug",
        "career_level",
        "archetype",
        "badge_line",
        "since",
        "decided",
        "changed",
    )
    list_filter = (
        StateFilter,
        "career_level",
        BadgeFilter,
        ArchetypeFilter,
        ("published_at", MomentFilter),
        DeciderFilter,
        VisibilityFilter,
    )
    list_filter_submit = True
    list_per_page = 50
    paginator = EstimatedPaginator
    show_full_result_count = False
    # Each would count the whole table.
    show_facets = ShowFacets.NEVER
    search_fields = ("name",)
    search_help_text = "Words of the name, the e-mail or a slug of now or before; or a member's id"
    # An index serves each.
    sortable_by = ("who", "since", "changed")

    # --- The list ----------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[PublicProfile]:
        rows = super().get_queryset(request)
        assert isinstance(rows, ProfileQuerySet)  # noqa: S101  # narrows the type
        screen = request.resolver_match.url_name if request.resolver_match else ""
        if not (screen or "").endswith("_changelist"):
            return rows
        rows = rows.with_decider().as_shown()
        return rows.defer("self_description", "public_summary", "category_scores")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PublicProfile], search_term: str
    ) -> tuple[QuerySet[PublicProfile], bool]:
        assert isinstance(queryset, ProfileQuerySet)  # noqa: S101  # narrows the type
        return (queryset.matching(search_term) if search_term.strip() else queryset), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # Counts are of all profiles: beside a search or another filter they would mislead.
        narrowed = bool(set(request.GET) - NO_FILTERS)
        context = {
            "tabs": state_tabs(counted=not narrowed),
            "tab": request.GET.get("state", ""),
            "query": query_without(request, "state", PAGE_VAR),
            "everything": query_without(request, PAGE_VAR),
            "may_export": self.has_export_permission(request),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    @display(description="profile", ordering="name")
    def who(self, profile: PublicProfile) -> SafeString | str:
        if profile.pending_revision is None:
            return profile.name
        return format_html('{} <span class="steward-mark">edit waits</span>', profile.name)

    @display(description="state")
    def state_label(self, profile: PublicProfile) -> SafeString:
        text = profile.get_state_display()
        return as_label(text, STATE_COLOURS.get(text, ""))

    @display(description="slug")
    def slug(self, profile: PublicProfile) -> SafeString | str:
        if not profile.is_public:
            return profile.profile_slug
        return format_html(
            '<a class="steward-link" href="{}">{}</a>',
            profile.get_absolute_url(),
            profile.profile_slug,
        )

    @display(description="badges")
    def badge_line(self, profile: PublicProfile) -> str:
        shown = badges_of(profile.badges or (), profile.catalogue)  # type: ignore[attr-defined]
        more = f" and {len(shown) - BADGES} more" if len(shown) > BADGES else ""
        return ", ".join(badge.label for badge in shown[:BADGES]) + more

    @display(description="since", ordering=F("published_at").asc(nulls_first=True))
    def since(self, profile: PublicProfile) -> SafeString:
        word, moment = since_of(profile)
        return format_html('{} <span class="steward-span">{}</span>', word, moment)

    @display(description="last decision by")
    def decided(self, profile: PublicProfile) -> str:
        return profile.decider or ""  # type: ignore[attr-defined]  # annotated

    @display(description="changed", ordering="updated_at")
    def changed(self, profile: PublicProfile) -> datetime:
        return profile.updated_at


def since_of(profile: PublicProfile) -> tuple[str, str]:
    """Since when it waits, or is public; in words, and in the person's zone."""
    if profile.state in (State.PENDING, State.APPEALED):
        moment, word = profile.submitted_at, "waits since"
    else:
        is_live = profile.state == State.PUBLISHED
        moment, word = profile.published_at, "published" if is_live else "was published"
    return (word, f"{timezone.localtime(moment):%Y-%m-%d %H:%M}") if moment else ("", "")


def query_without(request: HttpRequest, *names: str) -> str:
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return query.urlencode()
