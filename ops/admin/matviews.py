"""The screen of materialized views: how each is, its refresh, and one view in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin import register
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.views import ChangeList

from ops.admin.charts import bars_of
from ops.admin.reading import ReadingAdmin
from ops.durations import in_words, measured
from ops.matviews import REFRESH, Durations, ViewFacts, facts, start_refreshes
from ops.models import Run, ViewStatus
from ops.work import Refused

# Of the chart of durations.
BAR_STEP, BAR_HEIGHT = 5, 28
RUNS_SHOWN = 20
STATES = {
    "Refreshing": "info",
    "Fresh": "success",
    "Stale": "warning",
    "Never refreshed": "warning",
    "Missing": "danger",
}


class ViewList(ChangeList):
    """Gives each view of the page its facts."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Sequence[Any] = list(self.result_list)
        for view, known in zip(
            self.result_list, facts(self.result_list, timezone.now()), strict=True
        ):
            view.facts = known


@register(ViewStatus)
class ViewStatusAdmin(ReadingAdmin):
    page_template = "admin/ops/viewstatus/page.html"
    list_display = (
        "title",
        "state",
        "last",
        "changes",
        "size",
        "took",
        "schedule",
        "concurrently",
    )
    list_filter = ("is_stale",)
    ordering = ("view_name",)
    list_per_page = 50
    show_full_result_count = False
    actions = ("refresh_now",)

    # --- Who ---------------------------------------------------------------------------------
    def has_refresh_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("ops.refresh_viewstatus")

    # --- The list ----------------------------------------------------------------------------
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ViewList

    @display(description="view")
    def title(self, view: Any) -> str:
        return format_html("{}<br><code>{}</code>", view.facts.title, view.view_name)

    @display(description="state", label=STATES)
    def state(self, view: Any) -> str:
        return state_of(view.facts)

    @display(description="last refresh")
    def last(self, view: Any) -> SafeString:
        return fragment("last", facts=view.facts, by=person_of(view), took=took_of(view))

    @display(description="changes since")
    def changes(self, view: Any) -> str:
        return changes_of(view).partition(":")[0]

    @display(description="rows and size")
    def size(self, view: Any) -> str:
        return format_html("{}<br>{}", rows_of(view), size_of(view))

    @display(description="duration")
    def took(self, view: Any) -> SafeString:
        return fragment("durations", **chart_of(view.facts.durations))

    @display(description="schedule")
    def schedule(self, view: Any) -> SafeString:
        return fragment("schedule", timetable=view.facts.timetable)

    @display(description="while people read")
    def concurrently(self, view: Any) -> str:
        return f"No: {view.obstacle}" if view.obstacle else "Yes"

    # --- Refresh several ---------------------------------------------------------------------
    @action(description="Refresh now …", permissions=("refresh",))
    def refresh_now(
        self, request: HttpRequest, chosen: QuerySet[ViewStatus]
    ) -> HttpResponse | None:
        """Asks first. Views with an obstacle are named, and left out."""
        views = facts(list(chosen.order_by("view_name")), timezone.now())
        ready = [view for view in views if not view.status.obstacle]
        if "confirmed" in request.POST:
            return self.start(request, [view.status.view_name for view in ready])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Refresh {len(ready):,} materialized view{'' if len(ready) == 1 else 's'}?",
            "ready": [(view, rows_of(view.status), average_of(view.durations)) for view in ready],
            "refused": [view for view in views if view.status.obstacle],
            "back": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/ops/viewstatus/confirm.html", context)

    def start(
        self, request: HttpRequest, names: Sequence[str], *, blocking: bool = False
    ) -> HttpResponse:
        """To the run, or with a message for each of several."""
        try:
            runs = start_refreshes(names=names, user=request.user, blocking=blocking)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect("admin:ops_viewstatus_changelist")
        for run, is_new in runs:
            begin = "is refreshed by" if is_new else "is being refreshed already, by"
            link = reverse("admin:ops_run_change", args=[run.pk])
            text = format_html('{} {} <a href="{}">this run</a>.', run.target, begin, link)
            self.message_user(request, text, messages.SUCCESS)
        if len(runs) == 1:
            return redirect("admin:ops_run_change", runs[0][0].pk)
        return redirect("admin:ops_viewstatus_changelist")

    # --- One view ----------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"ops_viewstatus_{name.replace('-', '_')}",
            )
            for name, view in (
                ("refresh", self.refresh_view),
                ("refresh-blocking", self.refresh_blocking_view),
            )
        ] + super().get_urls()

    def page_context(self, request: HttpRequest, obj: ViewStatus) -> dict[str, Any]:
        [known] = facts([obj], timezone.now())
        runs = Run.objects.filter(operation=REFRESH, target=obj.pk).order_by("-id")
        return {
            "title": known.title,
            "facts": known,
            "key": quote(obj.pk),
            "state": state_of(known),
            "state_kind": STATES[state_of(known)],
            "by": person_of(obj),
            "took": took_of(obj),
            "changes": changes_of(obj),
            "rows": rows_of(obj),
            "size": size_of(obj),
            "limit": in_words(obj.stale_after),
            "runs": runs[:RUNS_SHOWN],
            "content": content_of(request, known),
            "exists": obj.total_bytes is not None,
            "may_refresh": obj.total_bytes is not None and self.has_refresh_permission(request),
            **chart_of(known.durations),
        }

    def refresh_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.start(request, [self.posted(request, object_id).pk])

    def refresh_blocking_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Only for who types the view's name."""
        view = self.posted(request, object_id)
        if request.POST.get("name", "").strip() == view.view_name:
            return self.start(request, [view.view_name], blocking=True)
        self.message_user(
            request, "Nothing was started: that is not the view's name.", messages.ERROR
        )
        return redirect("admin:ops_viewstatus_change", quote(view.pk))

    def posted(self, request: HttpRequest, object_id: str) -> ViewStatus:
        if request.method != "POST" or not self.has_refresh_permission(request):
            raise PermissionDenied
        return get_object_or_404(ViewStatus, pk=unquote(object_id))


# --- In words ------------------------------------------------------------------------------------
def fragment(name: str, **context: Any) -> SafeString:
    return render_to_string(f"admin/ops/viewstatus/{name}.html", context)


def state_of(view: ViewFacts) -> str:
    if view.is_refreshing:
        return "Refreshing"
    if view.status.total_bytes is None:
        return "Missing"
    if view.status.last_refresh is None:
        return "Never refreshed"
    return "Stale" if view.status.is_stale else "Fresh"


def person_of(view: ViewStatus) -> str:
    return view.last_refresh_by or "system"


def took_of(view: ViewStatus) -> str:
    return "" if view.last_duration is None else measured(view.last_duration.total_seconds())


def rows_of(view: ViewStatus) -> str:
    if not view.is_populated:
        return "Not populated"
    if view.row_count is None:
        return "Rows not counted"
    return f"{view.row_count:,} row{'' if view.row_count == 1 else 's'}"


def size_of(view: ViewStatus) -> str:
    return "" if view.total_bytes is None else filesizeformat(view.total_bytes)


def changes_of(view: ViewStatus) -> str:
    if view.last_refresh is None:
        return ""
    if view.changes_since_refresh is None:
        return "Unknown: the server's counters began anew"
    return f"{view.changes_since_refresh:,}"


def average_of(durations: Durations) -> str:
    if durations.average is None:
        return ""
    return measured(durations.average)


def trend_of(durations: Durations) -> str:
    trend = durations.trend
    if trend is None:
        return ""
    if abs(trend) < 10:
        return "steady"
    return f"{abs(trend):,} % {'slower' if trend > 0 else 'faster'} lately"


def chart_of(durations: Durations) -> dict[str, Any]:
    figures = [(seconds, measured(seconds)) for seconds in durations.seconds]
    return {
        "chart": bars_of(figures, step=BAR_STEP, height=BAR_HEIGHT),
        "average": average_of(durations),
        "trend": trend_of(durations),
    }


def content_of(request: HttpRequest, view: ViewFacts) -> str:
    """The address of the screen that shows the view's rows, if this person may see it."""
    if view.declared is None:
        return ""
    model = apps.get_model(view.declared.model)
    opts = model._meta
    if not admin.site.is_registered(model) or not request.user.has_perm(
        f"{opts.app_label}.view_{opts.model_name}"
    ):
        return ""
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
