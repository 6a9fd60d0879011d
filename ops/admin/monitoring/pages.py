"""The addresses of the monitoring screens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from ops.admin.monitoring.cells import chart_of, line_of, written
from ops.admin.reading import ReadingAdmin
from ops.errors import reason_of
from ops.models import PerformanceSnapshot
from ops.models.alert import Level
from ops.monitoring import (
    capabilities,
    overview,
    schema,
    server,
    services,
    sessions,
    statements,
    trends,
)
from ops.monitoring.replica import read_replica
from ops.monitoring.reports import Report, Row, Table, arranged, tables_of
from ops.work import Refused

TABS = (
    ("changelist", "Overview"),
    ("queries", "Queries"),
    ("indexes", "Indexes"),
    ("tables", "Tables"),
    ("sessions", "Sessions and locks"),
    ("server", "Server"),
)


class Chosen(forms.Form):
    """Which session, by its process and its beginning."""

    pid = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    # To the microsecond, as the server wrote it.
    begun = forms.CharField(max_length=40)

    def clean_begun(self) -> datetime:
        try:
            return datetime.fromisoformat(self.cleaned_data["begun"])
        except ValueError:
            raise forms.ValidationError("That is no moment.") from None


class Memory(forms.Form):
    gigabytes = forms.IntegerField(min_value=1, max_value=65_536, required=False)


@register(PerformanceSnapshot)
class PerformanceSnapshotAdmin(ReadingAdmin):
    kept = ("changelist",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = {
            "queries/": self.queries_view,
            "queries/<str:queryid>/": self.query_view,
            "indexes/": self.indexes_view,
            "tables/": self.tables_view,
            "sessions/": self.sessions_view,
            "sessions/<slug:step>/": self.signal_view,
            "server/": self.server_view,
        }
        names = ("queries", "query", "indexes", "tables", "sessions", "signal", "server")
        return [
            path(address, view(page), name=f"ops_performancesnapshot_{name}")
            for (address, page), name in zip(own.items(), names, strict=True)
        ] + super().get_urls()

    def page(
        self, request: HttpRequest, tab: str, template: str = "reports", **context: Any
    ) -> HttpResponse:
        if "missing" not in context:
            context["missing"] = capabilities.standing().missing
        tabs = [
            (title, reverse(f"admin:ops_performancesnapshot_{name}"), name == tab)
            for name, title in TABS
        ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": dict(TABS)[tab],
            "place": "Monitoring",
            "tabs": tabs,
            **context,
        }
        return TemplateResponse(request, f"admin/ops/monitoring/{template}.html", context)

    def refuse_others(self, request: HttpRequest) -> None:
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied

    # --- Pages -------------------------------------------------------------------------------
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        self.refuse_others(request)
        period = period_of(request)
        spans = trends.spans_since(statements.since_of(period))
        figures = overview.figures()
        return self.page(
            request,
            "changelist",
            "overview",
            services=shown(services.services()),
            lights=shown(overview.lights()),
            figures=figures,
            longest=written("seconds", figures["longest_transaction_seconds"]),
            charts=[chart_of(each) for each in trends.database(spans)],
            **periods(period),
        )

    def queries_view(self, request: HttpRequest) -> HttpResponse:
        self.refuse_others(request)
        period = period_of(request)
        found = statements.activity(period, by=request.GET.get("by", ""))
        return self.page(
            request,
            "queries",
            "queries",
            hints=section_of(
                arranged(statements.HINTS, found.hints, shown=10),
                address=query_address(period),
            ),
            sections=[
                section_of(
                    found.queries,
                    address=query_address(period),
                    sort=lambda name: f"?by={name}&period={period}",
                )
            ],
            counted_from=statements.counted_from(period),
            **periods(period),
        )

    def query_view(self, request: HttpRequest, queryid: str) -> HttpResponse:
        self.refuse_others(request)
        key = signed_key(queryid)
        text = statements.text_of(key) if key is not None else None
        if key is None or text is None:
            raise Http404("No such query is counted.")
        period = period_of(request)
        found = statements.activity(period, queryid=key)
        charts = [chart_of(each) for each in statements.trends(key, period)]
        return self.page(
            request,
            "queries",
            "query",
            title="Query",
            query=text,
            hints=section_of(arranged(statements.HINTS, found.hints)),
            sections=[section_of(found.queries)],
            charts=charts,
            **plan_context(request, text),
            **periods(period),
        )

    def indexes_view(self, request: HttpRequest) -> HttpResponse:
        return self.growing_view(request, "indexes", schema.INDEXES)

    def tables_view(self, request: HttpRequest) -> HttpResponse:
        return self.growing_view(request, "tables", schema.TABLES)

    def growing_view(
        self, request: HttpRequest, tab: str, reports: Sequence[Report]
    ) -> HttpResponse:
        """`tab` is what grows, too."""
        period = period_of(request, otherwise="7d")
        grown = trends.growth(tab, statements.since_of(period))
        return self.reports_view(
            request, tab, reports, period, growth=[chart_of(each) for each in grown]
        )

    def reports_view(
        self,
        request: HttpRequest,
        tab: str,
        reports: Sequence[Report],
        period: str,
        standing: capabilities.Standing | None = None,
        **context: Any,
    ) -> HttpResponse:
        """`by` is "report.column", `all` the report that is shown to its end."""
        self.refuse_others(request)
        name, _, by = request.GET.get("by", "").partition(".")
        whole = request.GET.get("all", "")
        sections = [
            section_of(table, sort=sort_within(table.report.name, period, whole))
            | {"all": sort_within(table.report.name, period, table.report.name)(table.by)}
            for table in tables_of(reports, by={name: by}, whole=whole)
        ]
        standing = standing or capabilities.standing()
        return self.page(
            request,
            tab,
            sections=sections,
            since=standing.counted_since,
            missing=standing.missing,
            **periods(period),
            **context,
        )

    def server_view(self, request: HttpRequest) -> HttpResponse:
        form = Memory(request.GET)
        chosen = form.cleaned_data["gigabytes"] if form.is_valid() else None
        standing = capabilities.standing(server.SETTINGS)
        memory = server.memory_here() if standing.is_here else None
        memory = chosen * server.GB if chosen else memory
        period = period_of(request)
        since = statements.since_of(period)
        by = request.GET.get("by", "").removeprefix("io.")
        io = arranged(trends.IO, trends.io_activity(since), by=by)
        # Before the page reads there itself, which counts.
        replica = replica_context()
        spans = trends.spans_since(since)
        return self.reports_view(
            request,
            "server",
            server.SERVER,
            period,
            standing,
            **replica,
            advice=server.advice(memory, standing.settings),
            gigabytes=round(memory / server.GB) if memory else None,
            charts=[chart_of(hits) for of in trends.HITS for hits in trends.cache_hits(spans, of)],
            io=section_of(io, sort=sort_within("io", period)),
        )

    # --- Sessions ----------------------------------------------------------------------------
    def sessions_view(self, request: HttpRequest) -> HttpResponse:
        self.refuse_others(request)
        return self.page(
            request,
            "sessions",
            "sessions",
            blockers=[session_row(row) for row in sessions.blockers()],
            sessions=[session_row(row) for row in sessions.sessions()],
            may_signal=self.may_signal(request),
        )

    def signal_view(self, request: HttpRequest, step: str) -> HttpResponse:
        if request.method != "POST" or not self.may_signal(request):
            raise PermissionDenied
        form = Chosen(request.POST)
        try:
            if step not in sessions.SIGNALS or not form.is_valid():
                raise Refused("Choose a session of the list.")
            done = sessions.signal_session(
                step=step, pid=form.cleaned_data["pid"], backend_start=form.cleaned_data["begun"]
            )
            self.message_user(request, done, messages.SUCCESS)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        return redirect("admin:ops_performancesnapshot_sessions")

    def may_signal(self, request: HttpRequest) -> bool:
        return request.user.has_perm("ops.signal_performancesnapshot")


# What monitoring.css moves in.
DEEPEST = 6
LIGHTS = {Level.OK: "success", Level.WARNING: "warning", Level.CRITICAL: "danger"}


def shown(lights: Sequence[overview.Light]) -> list[tuple[overview.Light, str, str]]:
    """(light, its colour, the address that it leads to)."""
    return [
        (light, LIGHTS[light.level], reverse(f"admin:{light.page}") if light.page else "")
        for light in lights
    ]


# --- Of the address ------------------------------------------------------------------------------
def period_of(request: HttpRequest, otherwise: str = "1h") -> str:
    asked = request.GET.get("period", "")
    return asked if asked in statements.PERIODS else otherwise


def periods(chosen: str) -> dict[str, Any]:
    offered = [(name, words, name == chosen) for name, (words, _) in statements.PERIODS.items()]
    return {"periods": offered, "period": chosen, "period_words": statements.PERIODS[chosen][0]}


def signed_key(text: str) -> int | None:
    """The id of a query; PostgreSQL's may be negative."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 19:
        return None
    key = int(text)
    return key if -(2**63) <= key < 2**63 else None


def sort_within(report: str, period: str, whole: str = "") -> Callable[[str], str]:
    rest = f"&all={report}" if report == whole else ""
    return lambda column: f"?by={report}.{column}&period={period}{rest}#{report}"


def query_address(period: str) -> Callable[[Row], str]:
    def address(row: Row) -> str:
        if row["queryid"] is None:
            return reverse("admin:ops_performancesnapshot_tables")
        page = reverse("admin:ops_performancesnapshot_query", args=[row["queryid"]])
        return f"{page}?period={period}"

    return address


# --- For the templates ---------------------------------------------------------------------------
def section_of(
    table: Table,
    *,
    address: Callable[[Row], str] = lambda row: "",
    sort: Callable[[str], str] = lambda column: "",
) -> dict[str, Any]:
    """`address` of a row's own page; `sort` the address that sorts by a column, empty for none."""
    return {
        "report": table.report,
        "total": table.total,
        "shown": len(table.rows),
        "sorts": bool(sort(table.by)),
        "headers": [
            (column.label, sort(column.name) if column.is_figure else "", column.name == table.by)
            for column in table.report.columns
        ],
        "rows": [line_of(table, row, address(row)) for row in table.rows],
    }


def replica_context() -> dict[str, Any]:
    found = read_replica()
    if found is None:
        return {}
    lag = "" if found.lag is None else f"{found.lag:,.1f} s"
    return {"replica": found, "lag": lag, "limit": f"{found.limit:g} s"}


def session_row(row: Row) -> Row:
    """Texts beside the figures: a process's id has no thousands."""

    def lasted(name: str) -> str:
        seconds = row.get(name)
        return "" if seconds is None else written("seconds", seconds)

    begun = row["backend_start"]
    return row | {
        "key": str(row["pid"]),
        "indented": min(row.get("depth", 0), DEEPEST),
        "begun": begun.isoformat() if begun else "",
        "transaction": lasted("transaction_seconds"),
        "waits": lasted("waiting_seconds"),
        "for": lasted("state_seconds"),
    }


def plan_context(request: HttpRequest, text: str) -> dict[str, Any]:
    """`plan`, or why there is none; only when it was asked for: planning costs time."""
    if "plan" not in request.GET:
        return {}
    try:
        return {"plan": statements.plan_of(text)}
    except Refused as refusal:
        return {"no_plan": str(refusal)}
    except DatabaseError as error:
        return {"no_plan": f"PostgreSQL makes none: {reason_of(error)}"}
