"""Moves from flat tables: beneath the page of the partitioned table that they go into."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from unfold.admin import ModelAdmin

from ops.admin.following import run_context
from ops.moving.moves import is_watched, move_of
from ops.moving.standing import (
    OPERATIONS,
    ORDERS,
    Standing,
    dry_run_of,
    order,
    questions,
    refused_as_csv,
    refused_of,
    standings,
)
from ops.registry import PartitionedTable, declared
from ops.work import Refused


class MovingAdmin(ModelAdmin):
    def page(self, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
        raise NotImplementedError

    def require_view(self, request: HttpRequest) -> None:
        raise NotImplementedError

    def has_order_permission(self, request: HttpRequest) -> bool:
        raise NotImplementedError

    def require_order(self, request: HttpRequest) -> None:
        if request.method != "POST" or not self.has_order_permission(request):
            raise PermissionDenied

    def moves_view(self, request: HttpRequest, table: str) -> HttpResponse:
        """The flat tables; with `?source=`, one of them."""
        self.require_view(request)
        target = taker(table)
        known = standings(target)
        wanted = request.GET.get("source", "")
        if not wanted:
            title = f"Flat tables for {table}"
            return self.page(request, "moves", title=title, table=target, standings=known)
        found = next((each for each in known if each.name == wanted), None)
        if found is None:
            raise Http404
        return self.move_page(request, target, found)

    def move_page(
        self, request: HttpRequest, table: PartitionedTable, found: Standing
    ) -> HttpResponse:
        dry_run = dry_run_of(table, found)
        return self.page(
            request,
            "move",
            title=f"{found.name} into {table.name}",
            media=self.media,
            table=table,
            standing=found,
            dry_run=dry_run,
            is_watched=found.move is not None and is_watched(found.name),
            **questions(table, found, dry_run),
            refused=refused_of(found.move) if found.move else None,
            **run_context(request.user, OPERATIONS, table.name, parameters__source=found.name),
        )

    def move_order_view(self, request: HttpRequest, table: str, order_name: str) -> HttpResponse:
        self.require_order(request)
        target, source = taker(table), request.POST.get("source", "")
        if order_name not in ORDERS:
            raise Http404
        address = reverse("admin:ops_partitionarchive_moves", args=[table])
        try:
            run, created = order(table=target, name=order_name, source=source, user=request.user)
        except Refused as refusal:
            self.message_user(request, str(refusal), "error")
            return redirect(address)
        if not created and run.parameters.get("source") != source:
            self.message_user(request, "Another flat table is worked on: this is that run.")
            return redirect("admin:ops_run_change", run.pk)
        if not created:
            self.message_user(request, "It is going already.")
        return redirect(f"{address}?source={source}")

    def move_refused_view(self, request: HttpRequest, table: str) -> HttpResponseBase:
        """By POST, because it is recorded."""
        self.require_order(request)
        move = move_of(taker(table), request.POST.get("source", ""))
        if move is None:
            self.message_user(request, "Nothing of such a table was moved.", "error")
            return redirect("admin:ops_partitionarchive_moves", table)
        return StreamingHttpResponse(
            refused_as_csv(move=move, user=request.user),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="refused-{move.pk}.csv"'},
        )


def taker(name: str) -> PartitionedTable:
    found = declared(PartitionedTable).get(name)
    if found is None or found.flat is None:
        raise Http404
    return found
