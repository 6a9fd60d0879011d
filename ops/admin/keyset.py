"""Lists over tables with millions of rows that are keyed by uuid7, partitioned or not.

    @register(Descriptor)
    class DescriptorAdmin(KeysetAdmin, ReadingAdmin):
        list_display = (…)
        list_filter = (…)

        def furnish(self, request, rows): …    # names of other tables, for the whole page at once

Newest first, by the key alone. Filters should be served by an index that ends in the key, or keep
few rows; one that is not is stopped after three seconds, with a message. With a `reach`, filters
that are not `by_index` look so many rows ahead instead, and the page says how far it saw. No search
over columns without an index; `ops.admin.filters.IdFilter` takes an id. Do not join
(`list_select_related`) what may be missing: an inner join hides the row.

Declare `<app>_<model>_count` in tests/test_permissions.py (post_only, who may view the list).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.contrib import messages
from django.contrib.admin import ShowFacets, site
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from ops.keyset import (
    FIRST,
    Page,
    Pointer,
    TooSlow,
    Total,
    page_of,
    patience,
    pointer_of,
    total_of,
    walked_page,
)
from ops.models import Run
from ops.models.run import Status
from ops.runs import enqueue
from ops.work import Refused, Result, Work

COUNT = "count_rows"
# Of an address; longer ones are nobody's filters.
LONGEST_QUERY = 2_000
POINTERS = ("page", "day")


class Pages:
    """Stands where the changelist's paginator would."""

    template_name = "admin/keyset.html"

    def __init__(self, page: Page, total: Total, counted: Run | None, count_url: str) -> None:
        self.page = page
        self.total = total
        self.counted = counted
        self.count_url = count_url


class KeysetChangeList(ChangeList):
    paginator: Any

    def get_results(self, request: HttpRequest) -> None:
        page, total, counted = Page(), Total(0), None
        if not getattr(request, "counts_only", False):
            page, total = self.found(request)
            counted = None if total.is_exact else self.last_count(request)
            self.model_admin.furnish(request, page.rows)
        self.result_list = page.rows
        self.result_count = len(page.rows)
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = True
        self.can_show_all = self.multi_page = False
        self.paginator = Pages(page, total, counted, count_url(self.model))

    def found(self, request: HttpRequest) -> tuple[Page, Total]:
        try:
            pointer = pointer_of(*getattr(request, "pointer", ("", "")))
        except ValueError as error:
            messages.warning(request, f"{error} This is the first page.")
            pointer = FIRST
        try:
            with patience():
                page = self.page_at(request, pointer)
        except TooSlow:
            messages.error(
                request, "These filters take too long to find anything. Narrow them, by days say."
            )
            return Page(), Total(0)
        if page.is_whole:
            return page, Total(len(page.rows))
        is_searched_only = self.query and not self.has_active_filters
        expected = self.model_admin.rows_expected(request) if is_searched_only else None
        return page, total_of(self.queryset, expected)

    def page_at(self, request: HttpRequest, pointer: Pointer) -> Page:
        every = self.model_admin.walked(request, self) if self.model_admin.reach else None
        size, lead = self.list_per_page, self.model_admin.lead(request, self)
        if every is None:
            return page_of(self.queryset, pointer, size, lead)
        reach = self.model_admin.reach
        return walked_page(self.queryset, every, pointer, size, reach, lead)

    def last_count(self, request: HttpRequest) -> Run | None:
        """That this person asked for. Uses index: run_by_operation."""
        target = count_target(self.model, self.query_of_filters, request.user)
        done = Run.objects.filter(operation=COUNT, target=target, status=Status.COMPLETED)
        return done.order_by("-id").first()

    @property
    def query_of_filters(self) -> str:
        return self.get_query_string().removeprefix("?")

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What a form on this page has to send along."""
        return [(name, value) for name, values in self.filter_params.items() for value in values]


class KeysetAdmin(ModelAdmin):
    """First among the bases."""

    list_per_page = 50
    show_full_result_count = False
    # Each would count the whole table.
    show_facets = ShowFacets.NEVER
    # By the key alone: no index serves another order.
    sortable_by = ()
    # How many rows a page looks through for filters without an index.
    reach = 0

    class Media:
        css = {"all": ("keyset.css",)}
        js = ("keyset.js",)

    def furnish(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        """What the columns need of other tables, in a fixed number of queries."""

    def walked(self, request: HttpRequest, changelist: Any) -> QuerySet[Any] | None:
        """The rows that are kept by index; None if there is nothing else to look for."""
        used = [spec for spec in changelist.filter_specs if is_used(spec)]
        searches = bool(changelist.query) and not self.searches_by_index(request)
        if not searches and all(is_by_index(spec) for spec in used):
            return None
        rows = self.get_queryset(request)
        for spec in filter(is_by_index, used):
            rows = spec.queryset(request, rows)
        if changelist.query and not searches:
            rows, _ = self.get_search_results(request, rows, changelist.query)
        return rows

    def lead(self, request: HttpRequest, changelist: Any) -> Sequence[str]:
        """See page_of; a filter by index may name its column as `lead`."""
        named = (getattr(spec, "lead", "") for spec in changelist.filter_specs if is_used(spec))
        return [name for name in named if name][:1]

    def searches_by_index(self, request: HttpRequest) -> bool:
        return True

    def rows_expected(self, request: HttpRequest) -> int | None:
        """By the search alone, where somebody knows better than the planner."""
        return None

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("-pk",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return KeysetChangeList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Filters and their forms do not know about pages: a changed filter starts at the first."""
        given = request.GET.copy()
        request.pointer = [given.get(name, "") for name in POINTERS]  # type: ignore[attr-defined]
        for name in POINTERS:
            given.pop(name, None)
        request.GET = given  # type: ignore[assignment]
        return super().changelist_view(request, extra_context)

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_count"
        view = self.admin_site.admin_view(self.count_view)
        return [path("count/", view, name=name), *super().get_urls()]

    def count_view(self, request: HttpRequest) -> HttpResponse:
        """The exact number, as a run."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        query = request.POST.get("query", "")
        if len(query) > LONGEST_QUERY:
            raise PermissionDenied
        run, is_new = enqueue(
            operation=COUNT,
            target=count_target(self.model, query, request.user),
            parameters={
                "list": self.model._meta.label,
                "query": query,
                "zone": timezone.get_current_timezone_name(),
            },
            user=request.user,
        )
        if not is_new:
            self.message_user(request, "It is being counted already: this is that run.")
        return redirect("admin:ops_run_change", run.pk)


def is_used(spec: Any) -> bool:
    return any(value not in ("", None, [], [""]) for value in spec.used_parameters.values())


def is_by_index(spec: Any) -> bool:
    return bool(getattr(spec, "by_index", False))


def count_url(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_count")


def count_target(model: Any, query: str, user: Any) -> str:
    """A person's own: two people may see different rows."""
    filters = f", {query}" if query else ""
    return f"{model._meta.verbose_name_plural}{filters} ({user.get_username()})"


def count_rows(work: Work) -> Result:
    """What a list holds for who asked, filtered as it was."""
    given = work.parameters
    user = (
        get_user_model()._base_manager.filter(pk=work.requested_by_id or 0, is_active=True).first()
    )
    admin = listing_of(given["list"])
    if user is None or admin is None:
        raise Refused("The list, or the account that asked, is gone.")
    request: Any = HttpRequest()
    request.method = "GET"
    request.GET = QueryDict(given["query"])
    request.user, request.counts_only = user, True
    if not admin.has_view_or_change_permission(request):
        raise Refused("Whoever asked may not see this list any more.")
    with timezone.override(ZoneInfo(given.get("zone") or "UTC")):
        rows = admin.get_changelist_instance(request).queryset
        number = rows.order_by().count()
    names = admin.opts.verbose_name if number == 1 else admin.opts.verbose_name_plural
    return Result(f"{number:,} {names}.", {"rows": number})


def listing_of(label: str) -> Any:
    with suppress(LookupError, ValueError):
        return site._registry.get(apps.get_model(label))
    return None
