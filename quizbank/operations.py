from __future__ import annotations

from datetime import timedelta

from ops.registry import Schedule, register

register(
    Schedule(
        "discard-old-previews", job="quizbank.jobs.discard_old_previews", every=timedelta(hours=1)
    )
)
