from __future__ import annotations

from pghistory.models import Context


class HistoryEntry(Context):  # type: ignore[misc]  # untyped base
    """What one request or command did; `metadata` says who, where and why."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = "change"
        verbose_name_plural = "recent changes"
