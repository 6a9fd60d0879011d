from __future__ import annotations

from datetime import timedelta

from ops.registry import Schedule, register

register(Schedule("clear-sessions", job="ops.jobs.clear_sessions", every=timedelta(days=1)))
