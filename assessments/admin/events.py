"""What happened to profiles under moderation: append-only, for reading."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.admin import ShowFacets, register
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from assessments.admin.filters import EventActionFilter, EventActorFilter
from assessments.models import ProfileEvent, PublicProfile
from assessments.models.profile import REVIEWED
from assessments.moderation.waiting import label_of
from assessments.querysets import key_in
from ops.admin.filters import DayFilter
from ops.admin.reading import ReadingAdmin
from ops.pages import EstimatedPaginator

# So many profiles are looked for by a search.
FOUND = 1_000


@register(ProfileEvent)
class ProfileEventAdmin(ReadingAdmin):
    page_template = "admin/assessments/profileevent/page.html"
    list_display = ("when", "profile", "what", "person", "reason", "told")
    list_filter = (EventActionFilter, EventActorFilter, ("created_at", DayFilter))
    list_filter_submit = True
    list_select_related = ("profile", "reason", "undone_by")
    list_per_page = 50
    paginator = EstimatedPaginator
    show_full_result_count = False
    # Each would count the whole table.
    show_facets = ShowFacets.NEVER
    search_fields = ("batch",)
    search_help_text = "A profile, by what its list is searched for; or the id of a batch"
    actions = None
    # By its key alone: no index serves another order.
    sortable_by = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ProfileEvent], search_term: str
    ) -> tuple[QuerySet[ProfileEvent], bool]:
        """Uses index: profile_event_history, profile_event_batch."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found = PublicProfile.objects.matching(term).order_by().values_list("pk", flat=True)
        keys = list(found[:FOUND])
        if not keys and (batch := key_in(term)):
            return queryset.filter(batch=batch), False
        return queryset.filter(profile__in=keys), False

    @display(description="when")
    def when(self, event: ProfileEvent) -> datetime:
        return event.created_at

    @display(description="action")
    def what(self, event: ProfileEvent) -> str:
        return f"{event.get_action_display()}: {step_of(event)}"

    @display(description="by")
    def person(self, event: ProfileEvent) -> str:
        return event.actor_name or "The owner"

    @display(description="standing")
    def told(self, event: ProfileEvent) -> str:
        undone = hasattr(event, "undone_by")
        return f"Undone by {event.undone_by.actor_name}" if undone else ""

    def page_context(self, request: HttpRequest, obj: ProfileEvent) -> dict[str, Any]:
        return {
            "title": f"{obj.get_action_display()}: {obj.profile}",
            "event": obj,
            "step": step_of(obj),
            "changes": list(changes_of(obj)),
        }


def changes_of(event: ProfileEvent) -> Iterator[tuple[str, str | None, str | None]]:
    """(label, before, after) of the columns, or of the edit that became none of them."""
    columns = {name: both for name, both in event.changes.items() if name in REVIEWED}
    for name, (before, after) in columns.items():
        yield label_of(name), before, after
    if not columns:
        gone, back = event.changes.get("pending_revision", (None, None))
        for name in gone or back or ():
            yield f"{label_of(name)} that waited", (gone or {}).get(name), (back or {}).get(name)


def step_of(event: ProfileEvent) -> str:
    if event.is_on_edit:
        return "an edit"
    return f"{event.get_from_state_display()} → {event.get_to_state_display()}"
