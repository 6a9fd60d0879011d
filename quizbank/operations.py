from __future__ import annotations

from datetime import timedelta

from ops.registry import Every, Operation, Schedule, register

register(
    Operation(
        "discard_old_previews",
        "Discard old import previews",
        work="quizbank.jobs.discard_old_previews",
        permission="ops.change_run",
        priority="low",
    ),
    Schedule("discard-old-previews", "discard_old_previews", Every(timedelta(hours=1))),
)
