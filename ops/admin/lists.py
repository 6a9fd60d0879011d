"""Lists over large tables."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

CAP = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Counts to CAP and no further: older rows are reached through a filter."""

    @cached_property
    def count(self) -> int:  # type: ignore[override]  # cached, as Django's own
        rows: Any = self.object_list[:CAP]
        return int(rows.count())

    @property
    def is_capped(self) -> bool:
        return self.count == CAP
