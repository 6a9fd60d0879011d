"""Pages of lists over millions of rows."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db import connections
from django.db.models import QuerySet
from django.utils.functional import cached_property

COUNTED = 10_000


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
    return rows.order_by().values("pk")[: COUNTED + 1]
