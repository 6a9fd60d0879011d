"""Statistics of what was tasted: top descriptors, how many by day and month, AI against people."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from flavors.admin.bars import Bar, Chart, chart_of
from flavors.models.choices import DescriptorType
from flavors.statistics import (
    SHOWN,
    by_category,
    by_day,
    by_month,
    by_term,
    by_type,
    leanings,
    top_terms,
)
from ops.admin.reading import ReadingAdmin
from ops.matviews import last_refresh
from ops.replicas import page_from_replica

NAME = "flavors_flavorwheel_statistics"


class StatisticsAdmin(ReadingAdmin):
    """An address below the wheels' list."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.statistics_view)
        return [path("statistics/", view, name=NAME), *super().get_urls()]

    @page_from_replica
    def statistics_view(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("flavors.view_descriptor"):
            raise PermissionDenied
        kind = request.GET.get("type", "")
        chosen = DescriptorType(kind) if kind in DescriptorType else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Tasting statistics",
            "types": DescriptorType,
            "chosen": chosen,
            "as_of": last_refresh("mv_category_descriptor_summary"),
            **of_everybody(chosen),
        }
        return TemplateResponse(request, "admin/flavors/statistics/page.html", context)


def of_everybody(chosen: DescriptorType | None) -> dict[str, Any]:
    types, top = by_type(), top_terms(descriptor_type=chosen)
    terms = leanings(by_term())
    most = max((each.uses for each in top), default=1)
    return {
        "by_type": types,
        "total": sum(each.uses for each in types),
        "ai_total": sum(each.ai_uses for each in types),
        "top": [(each, round(100 * each.uses / most)) for each in top],
        "days": days_chart(),
        "months": months_chart(),
        "categories": leanings(by_category()),
        "ai_more": [each for each in terms[:SHOWN] if each.points > 0],
        "people_more": [each for each in reversed(terms[-SHOWN:]) if each.points < 0],
    }


def days_chart() -> Chart:
    return chart_of(
        [
            Bar(f"{each.day:%Y-%m-%d}", each.count, note=f"{each.terms:,} different")
            for each in by_day()
        ]
    )


def months_chart() -> Chart:
    return chart_of(
        [
            Bar(each.name, each.uses, each.ai_uses, note=f"{each.ai_uses:,} found by AI")
            for each in by_month()
        ]
    )
