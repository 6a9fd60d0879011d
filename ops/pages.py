"""Pages of lists over millions of rows."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Page, Paginator
from django.db import connections
from django.db.models import BooleanField, F, Func, QuerySet
from django.utils.functional import cached_property

COUNTED = 10_000
# Of so few rows all keys are found first.
FEW = 2_000


class EstimatedPaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Counts no further than COUNTED rows, and offers pages of these only.

    A last page beyond them would read everything before it; search and filters find faster.
    """

    template_name = "admin/pages.html"

    @cached_property
    def found(self) -> int:
        assert isinstance(self.object_list, QuerySet)  # noqa: S101  # narrows the type
        return bounded(self.object_list).count()

    @cached_property
    def count(self) -> int:
        return min(self.found, COUNTED)

    @property
    def is_exact(self) -> bool:
        return self.found <= COUNTED

    def page(self, number: Any) -> Page[Any]:
        """Where few rows are found, the planner, who may expect many, would look for a page of them
        through the whole table in its order."""
        rows = self.object_list
        if isinstance(rows, QuerySet) and rows.query.where and self.found <= FEW:
            self.object_list = rows.filter(IsOneOf(F("pk"), ArraySubquery(keys_of(rows))))
        return super().page(number)

    @cached_property
    def estimate(self) -> int:
        """Of all rows, by the planner's statistics; 0 when the list is filtered or they lack."""
        assert isinstance(self.object_list, QuerySet)  # noqa: S101  # narrows the type
        if self.is_exact or self.object_list.query.where:
            return 0
        with connections[self.object_list.db].cursor() as cursor:
            cursor.execute(
                "SELECT reltuples::bigint FROM pg_catalog.pg_class WHERE oid = %s::regclass",
                [f'"{self.object_list.model._meta.db_table}"'],
            )
            return max(0, cursor.fetchone()[0])


def bounded(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Their keys, no more than one beyond COUNTED."""
    return keys_of(rows)[: COUNTED + 1]


def keys_of(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by().values("pk")


class IsOneOf(Func):
    """Of an array, which is made once, before."""

    template, arg_joiner = "%(expressions)s)", " = ANY("
    output_field = BooleanField()
