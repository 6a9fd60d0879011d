"""Exporting what is known about a member: one download, for ops."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from assessments.exporting import export_member
from assessments.models import Member
from ops.admin.reading import ReadingAdmin


class ExportingAdmin(ReadingAdmin):
    """For the admin of members: the download; the member's page has the button."""

    def has_export_permission(self, request: HttpRequest) -> bool:
        wanted = ("assessments.export_member", "assessments.view_member")
        return request.user.has_perms(wanted)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        return [
            path("<uuid:pk>/export/", view, name="assessments_member_export"),
            *super().get_urls(),
        ]

    def export_view(self, request: HttpRequest, pk: UUID) -> HttpResponse | FileResponse:
        """By POST, because the log gets a row. The file is named after the id, not the person."""
        if request.method != "POST" or not self.has_export_permission(request):
            raise PermissionDenied
        try:
            file = export_member(member_id=pk, user=request.user)
        except Member.DoesNotExist:
            raise Http404 from None
        name = f"member-{pk}-{timezone.localdate():%Y-%m-%d}.json"
        return FileResponse(
            file, as_attachment=True, filename=name, content_type="application/json"
        )
