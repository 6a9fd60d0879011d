"""The run ledger on the screen: what runs, what ran, and one run as it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin import ShowFacets, register
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from ops.admin.filters import DayFilter, OperationFilter, PersonFilter
from ops.admin.starting import StartingAdmin
from ops.models import Run
from ops.models.run import Status
from ops.pages import EstimatedPaginator
from ops.progress import percent_of, progress_of, state_of
from ops.registry import Operation, declared
from ops.runs import cancel_run, may_order, may_stop, retry_now, run_again
from ops.work import Refused

# Of Django's own screens; a run keeps its history itself, and is forgotten by a job.


@register(Run)
class RunAdmin(StartingAdmin):
    kept = ("changelist", "add", "change")
    page_template = "admin/ops/run/page.html"
    list_display = ("title", "state", "bar", "person", "ordered", "took", "outcome")
    list_filter = (OperationFilter, "status", PersonFilter, ("created_at", DayFilter))
    list_filter_submit = True
    list_per_page = 50
    paginator = EstimatedPaginator
    show_full_result_count = False
    # Each would count the whole table.
    show_facets = ShowFacets.NEVER
    actions = None
    # Running first, then by key: no index serves another order.
    sortable_by = ()

    # --- Who ---------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        return Run.objects.visible_to(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        """Who may see the own runs only: `get_queryset` leaves out the others'."""
        return request.user.has_perm("ops.view_run") or request.user.has_perm("ops.view_own_run")

    # --- The list ----------------------------------------------------------------------------
    @display(description="run")
    def title(self, run: Run) -> str:
        return title_of(run)

    @display(
        description="status",
        label={
            "Running": "info",
            "Stopping": "warning",
            "Waits for another try": "warning",
            "Completed": "success",
            "Failed": "danger",
        },
    )
    def state(self, run: Run) -> str:
        return state_of(run)

    @display(description="progress")
    def bar(self, run: Run) -> SafeString | str:
        percent = percent_of(run)
        if percent is None:
            return run.progress_note
        return format_html(
            '<progress class="steward-progress" max="100" value="{}" aria-label="{} %"></progress>'
            " {} %",
            percent,
            percent,
            percent,
        )

    @display(description="started by")
    def person(self, run: Run) -> str:
        return person_of(run)

    @display(description="ordered")
    def ordered(self, run: Run) -> datetime:
        return run.created_at

    @display(description="took")
    def took(self, run: Run) -> str:
        return progress_of(run, timezone.now()).took

    @display(description="result")
    def outcome(self, run: Run) -> str:
        return run.error or run.result

    # --- One run -----------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/state/", view(self.state_view), name="ops_run_state"),
            path("<uuid:pk>/cancel/", view(self.cancel_view), name="ops_run_cancel"),
            path("<uuid:pk>/retry/", view(self.retry_view), name="ops_run_retry"),
            path("<uuid:pk>/repeat/", view(self.repeat_view), name="ops_run_repeat"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, obj: Run) -> dict[str, Any]:
        operation = declared(Operation).get(obj.operation)
        events = list(obj.events.all())
        return {
            "title": title_of(obj),
            "run": obj,
            "operation": operation,
            "version": version_of(obj),
            "progress": progress_of(obj, timezone.now()),
            "person": person_of(obj),
            "parameters": labelled(obj.parameters, operation),
            "figures": {
                name: shown(value)
                for name, value in obj.figures.items()
                if not isinstance(value, list) and not is_named(value)
            },
            "tables": tables_of(obj.figures),
            "where": reverse(f"admin:{operation.page}") if operation and operation.page else "",
            "events": events,
            **buttons(request.user, obj),
        }

    def state_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        """What changes while a run works; the page asks for it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = get_object_or_404(self.get_queryset(request), pk=pk)
        return JsonResponse(
            {
                "version": version_of(run),
                "active": run.is_active,
                "values": progress_of(run, timezone.now()).values(),
            }
        )

    # --- What people do to it ----------------------------------------------------------------
    def cancel_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        return self.act(request, pk, may_stop, cancel)

    def retry_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        return self.act(request, pk, may_order, retry)

    def repeat_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        return self.act(request, pk, may_order, repeat)

    def act(
        self,
        request: HttpRequest,
        pk: str,
        may: Callable[[Any, Run], bool],
        action: Callable[[Run, Any], tuple[Run, str]],
    ) -> HttpResponse:
        """Goes to the run that `action` returns, with its words."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        run = get_object_or_404(self.get_queryset(request), pk=pk)
        if not may(request.user, run):
            raise PermissionDenied
        try:
            run, done = action(run, request.user)
            self.message_user(request, done, messages.SUCCESS)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        return redirect("admin:ops_run_change", run.pk)


def cancel(run: Run, user: Any) -> tuple[Run, str]:
    return run, cancel_run(run=run, user=user)


def retry(run: Run, user: Any) -> tuple[Run, str]:
    return run, retry_now(run=run, user=user)


def repeat(run: Run, user: Any) -> tuple[Run, str]:
    other, created = run_again(run=run, user=user)
    return other, "Started." if created else "It is going already: this is that run."


def buttons(user: Any, run: Run) -> dict[str, bool]:
    """What this state allows and this person may do."""
    operation = declared(Operation).get(run.operation)
    stoppable = run.status == Status.PENDING or (operation and operation.cancellable)
    return {
        "may_cancel": bool(
            run.is_active and stoppable and not run.cancel_requested_at and may_stop(user, run)
        ),
        "may_retry": run.next_retry_at is not None and may_order(user, run),
        "may_repeat": not run.is_active and may_order(user, run),
    }


def title_of(run: Run) -> str:
    operation = declared(Operation).get(run.operation)
    title = operation.title if operation else run.operation
    return f"{title}: {run.target}" if run.target else title


def person_of(run: Run) -> str:
    return run.requested_by_name or (f"schedule {run.schedule}" if run.schedule else "system")


def version_of(run: Run) -> str:
    """When it changes, the page has other buttons and events: it loads itself again."""
    return f"{run.status}-{run.attempts}-{bool(run.cancel_requested_at)}-{run.next_retry_at}"


def labelled(values: Mapping[str, Any], operation: Operation | None) -> dict[str, Any]:
    """A run's parameters under the words of their declaration."""
    labels = {each.name: each.label for each in operation.parameters} if operation else {}
    return {
        labels.get(name, name): shown(value) if isinstance(value, bool) else value
        for name, value in values.items()
    }


def tables_of(figures: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Lists of objects with the same keys, which are the columns; or such objects by their name."""
    found = {}
    for name, value in figures.items():
        rows = [{"of": key, **row} for key, row in value.items()] if is_named(value) else value
        if isinstance(rows, list) and rows:
            found[name] = [{column: shown(each) for column, each in row.items()} for row in rows]
    return found


def is_named(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(row, dict) for row in value.values())


def shown(value: Any) -> Any:
    """Numbers with separators; a text that begins with digits, such as a key, as it stands."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return intcomma(value) if isinstance(value, int | float) else value
