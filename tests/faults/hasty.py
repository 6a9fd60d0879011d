"""A management command of Steward whose waits are short: `python -m tests.faults.hasty tick`.

Nothing else is changed. What the production waits for in seconds and minutes (a silent worker 20 s,
a try after a failure 30 s, a schedule 5 minutes) takes a few seconds here, so that a round ends.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from functools import partial

SILENCE = timedelta(seconds=3)
AT_ONCE = timedelta(seconds=1)
SCHEDULES = {"check-alerts": 3, "count-answers": 10}
OFTEN = 15


def hurry() -> None:
    """After django.setup()."""
    from ops import runner, runs, ticker, workers
    from ops.management.commands import tick
    from quizbank.intake import stream
    from quizbank.management.commands import intake

    tick.SECONDS = 1.0
    ticker.reap = partial(runs.reap, silent_for=SILENCE)  # type: ignore[assignment]
    ticker.send_lost = partial(runs.send_lost, older_than=AT_ONCE)  # type: ignore[assignment]
    intake.Consumer = partial(stream.Consumer, silence=SILENCE)  # type: ignore[assignment,misc]
    runner.LOCKED_AGAIN_AFTER = runner.NOT_YET_AGAIN_AFTER = AT_ONCE
    workers.BEAT_SECONDS, workers.SILENT_SECONDS = 1, 6
    hurry_declarations()


def hurry_declarations() -> None:
    from ops import registry
    from ops.registry import Every, Operation, Schedule

    operations = registry._declared[Operation]
    for name, operation in operations.items():
        operations[name] = replace(operation, retry_after=AT_ONCE)
    schedules = registry._declared[Schedule]
    for name, schedule in schedules.items():
        if isinstance(schedule.when, Every):
            seconds = SCHEDULES.get(name, OFTEN)
            schedules[name] = replace(schedule, when=Every(timedelta(seconds=seconds)))


def main(arguments: list[str]) -> None:
    # Its connections are named after the command.
    sys.argv = ["manage.py", *arguments]
    import django

    django.setup()
    from django.core.management import execute_from_command_line

    from tests.faults import operations  # noqa: F401  # declares them

    hurry()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main(sys.argv[1:])
