"""The list of profiles as a file."""

from __future__ import annotations

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone

from assessments.profile_files import export_profiles
from ops.admin.reading import ReadingAdmin


class ProfileExport(ReadingAdmin):
    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("assessments.export_publicprofile")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.csv_view)
        return [path("csv/", view, name="assessments_publicprofile_csv"), *super().get_urls()]

    def csv_view(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """By POST, because it is recorded; search, filters and order stand in the address."""
        if request.method != "POST" or not self.has_export_permission(request):
            raise PermissionDenied
        try:
            shown = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return redirect("admin:assessments_publicprofile_changelist")
        found = export_profiles(
            keys=list(shown.values_list("pk", flat=True)),
            query=request.GET.urlencode(),
            user=request.user,
        )
        name = f"profiles-{timezone.localtime():%Y-%m-%d-%H%M}.csv"
        return StreamingHttpResponse(
            found,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
