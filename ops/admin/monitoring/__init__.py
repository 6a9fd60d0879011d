"""The monitoring screens: pages of reports, the queries, the sessions."""

from __future__ import annotations

from ops.admin.monitoring.pages import PerformanceSnapshotAdmin

__all__ = ["PerformanceSnapshotAdmin"]
