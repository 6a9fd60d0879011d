"""Public profiles, for those who decide on them. Their content is their owners' to edit."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ShowFacets, register
from django.http import HttpRequest
from unfold.decorators import display

from assessments.models import PublicProfile
from ops.admin.reading import ReadingAdmin
from ops.pages import EstimatedPaginator


@register(PublicProfile)
class PublicProfileAdmin(ReadingAdmin):
    page_template = "admin/assessments/publicprofile/page.html"
    list_display = ("name", "profile_slug", "state_label", "career_level", "archetype")
    list_filter = ("state", "career_level")
    list_filter_submit = True
    list_per_page = 50
    paginator = EstimatedPaginator
    show_full_result_count = False
    # Each would count the whole table.
    show_facets = ShowFacets.NEVER
    actions = None
    sortable_by = ()

    @display(
        description="state",
        label={
            "Pending": "info",
            "Appealed": "info",
            "Changes requested": "warning",
            "Published": "success",
            "Hidden": "danger",
            "Rejected": "danger",
        },
    )
    def state_label(self, profile: PublicProfile) -> str:
        return profile.get_state_display()

    def page_context(self, request: HttpRequest, obj: PublicProfile) -> dict[str, Any]:
        return {"title": obj.name, "profile": obj}
