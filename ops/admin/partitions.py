"""The screen of partitions: tables, their partitions, and what may be done with each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from psycopg import sql

from ops.admin.moving import MovingAdmin
from ops.admin.runs import version_of
from ops.archive.catalog import HOLD_SCHEMA
from ops.archive.orders import (
    ORDERS,
    PERMISSION,
    Order,
    consequences,
    early_until,
    needs_name,
    orders_for,
    start_order,
)
from ops.archive.standing import (
    OPERATIONS,
    PartitionFacts,
    TableFacts,
    partitioned_tables,
    table_facts,
)
from ops.models import PartitionArchive, Run
from ops.progress import progress_of
from ops.runs import enqueue, may_start, operation_named
from ops.work import Refused

RUNS_SHOWN = 20
COUNT_LIMIT = "20s"
MAKE_AHEAD = "maintain_partitions"
# What the links of a table's figures show: the word in the address, its title, the partitions.
SHOWN = {
    "due": ("Retention over", lambda table: table.due),
    "hold-over": ("Hold over", lambda table: table.hold_over),
    "stopped": ("Stopped half way", lambda table: table.stopped),
}


@register(PartitionArchive)
class PartitionAdmin(MovingAdmin):
    actions = None

    class Media:
        js = ("run.js",)

    def get_urls(self) -> list[URLPattern]:
        views = {
            "changelist": ("", self.changelist_view),
            "ahead": ("make-ahead/", self.ahead_view),
            "table": ("<str:table>/", self.table_view),
            # No partition has a hyphen in its name.
            "moves": ("<str:table>/move-in/", self.moves_view),
            "move_refused": ("<str:table>/move-in/refused/", self.move_refused_view),
            "move_order": ("<str:table>/move-in/<str:order_name>/", self.move_order_view),
            "partition": ("<str:table>/<str:partition>/", self.partition_view),
            "count": ("<str:table>/<str:partition>/count/", self.count_view),
            "order": ("<str:table>/<str:partition>/<str:order>/", self.order_view),
        }
        return [
            path(route, self.admin_site.admin_view(view), name=f"ops_partitionarchive_{name}")
            for name, (route, view) in views.items()
        ]

    def has_order_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PERMISSION)

    def page(self, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
        everywhere = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(
            request,
            f"admin/ops/partition/{name}.html",
            everywhere | {"may_order": self.has_order_permission(request)} | context,
        )

    def require_view(self, request: HttpRequest) -> None:
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied

    # --- Tables ------------------------------------------------------------------------------
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        self.require_view(request)
        return self.page(
            request,
            "tables",
            title="Partitions",
            tables=partitioned_tables(timezone.now()),
            may_make=may_start(request.user, operation_named(MAKE_AHEAD)),
        )

    def ahead_view(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not may_start(request.user, operation_named(MAKE_AHEAD)):
            raise PermissionDenied
        run, created = enqueue(operation=MAKE_AHEAD, user=request.user)
        return self.to_run(request, run, created)

    def table_view(self, request: HttpRequest, table: str) -> HttpResponse:
        self.require_view(request)
        found = known_table(table)
        shown, choose = SHOWN.get(request.GET.get("show", ""), ("", lambda table: table.partitions))
        return self.page(
            request,
            "table",
            title=f"Partitions of {table}",
            table=found,
            tables=[found],
            shown=shown,
            rows=[(each, orders_for(each)) for each in choose(found)],
            may_make=may_start(request.user, operation_named(MAKE_AHEAD)),
        )

    # --- One partition -----------------------------------------------------------------------
    def partition_view(self, request: HttpRequest, table: str, partition: str) -> HttpResponse:
        self.require_view(request)
        facts = known_partition(table, partition)
        runs = Run.objects.filter(operation__in=OPERATIONS, target=facts.target).order_by("-id")
        return self.page(
            request,
            "partition",
            title=partition,
            media=self.media,
            facts=facts,
            orders=orders_for(facts),
            progress=progress_of(facts.run, timezone.now()) if facts.run else None,
            version=version_of(facts.run) if facts.run else "",
            runs=[(operation_named(run.operation), run) for run in runs[:RUNS_SHOWN]],
        )

    def count_view(self, request: HttpRequest, table: str, partition: str) -> HttpResponse:
        if request.method != "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        facts = known_partition(table, partition)
        try:
            text = f"{partition} has exactly {count_rows(facts):,} rows."
            self.message_user(request, text, messages.SUCCESS)
        except DatabaseError:
            text = f"{partition} cannot be counted within {COUNT_LIMIT}, or it just went."
            self.message_user(request, text, messages.ERROR)
        return redirect("admin:ops_partitionarchive_partition", table, partition)

    def order_view(
        self, request: HttpRequest, table: str, partition: str, order: str
    ) -> HttpResponse:
        """Asks on GET what a POST then starts."""
        if not self.has_order_permission(request):
            raise PermissionDenied
        if order not in ORDERS:
            raise Http404
        facts, wanted, refusal = known_partition(table, partition), ORDERS[order], ""
        if request.method == "POST":
            try:
                typed = request.POST.get("name", "")
                return self.to_run(
                    request,
                    *start_order(order=wanted, facts=facts, user=request.user, typed=typed),
                )
            except Refused as reason:
                refusal = str(reason)
        return self.page(request, "order", **question(facts, wanted), refusal=refusal)

    def to_run(self, request: HttpRequest, run: Run, created: bool) -> HttpResponse:
        if not created:
            self.message_user(request, "It is going already: this is that run.")
        return redirect("admin:ops_run_change", run.pk)


def known_table(name: str) -> TableFacts:
    # No text of PostgreSQL's has a NUL in it: such a name is nobody's.
    found = table_facts(name, timezone.now()) if "\0" not in name else None
    if found is None or (found.table is None and not found.partitions):
        raise Http404
    return found


def known_partition(table: str, name: str) -> PartitionFacts:
    found = [each for each in known_table(table).partitions if each.name == name]
    if not found:
        raise Http404
    return found[0]


def question(facts: PartitionFacts, order: Order) -> dict[str, Any]:
    return {
        "title": f"{order.yes}: {facts.name}?",
        "facts": facts,
        "order": order,
        "is_allowed": order in orders_for(facts),
        "consequences": consequences(order, facts),
        "early": early_until(order, facts) if needs_name(order, facts) else "",
    }


def count_rows(facts: PartitionFacts) -> int:
    """Raises DatabaseError when it takes too long, or when the rows are in no table."""
    schema = "public" if facts.relation and facts.relation.bounds else HOLD_SCHEMA
    statement = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, facts.name))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [COUNT_LIMIT])
        # As text: the history wraps the statements of a request, and reads them.
        cursor.execute(statement.as_string())
        return int(cursor.fetchone()[0])
