"""How far a run is, how long it took, in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from ops.durations import in_words
from ops.models import Run
from ops.models.run import Status
from ops.runs import SILENCE

# How long a run that is due may wait until the page wonders.
PATIENCE = timedelta(seconds=30)


@dataclass(frozen=True)
class Progress:
    """Empty text and None stand for what is not known."""

    # 0 to 100.
    percent: int | None
    state: str
    count: str
    note: str
    rate: str
    left: str
    took: str
    # Why nothing moves.
    hint: str

    def values(self) -> dict[str, Any]:
        return asdict(self)


def progress_of(run: Run, now: datetime) -> Progress:
    done, total = run.progress_done, run.progress_total
    spent = (run.finished_at or now) - run.started_at if run.started_at else None
    rate = done / spent.total_seconds() if done and spent else 0.0
    works = run.status == Status.PROCESSING
    left = timedelta(seconds=(total - done) / rate) if works and rate and total and done else None
    return Progress(
        percent=percent_of(run),
        state=state_of(run),
        count=count_of(done, total),
        note=run.progress_note,
        rate=rate_in_words(rate),
        left=f"about {in_words(left)}" if left else "",
        took=in_words(spent) if spent else "",
        hint=hint_of(run, now),
    )


def hint_of(run: Run, now: datetime) -> str:
    due = run.next_retry_at or run.created_at
    if run.status == Status.PENDING and now - due > PATIENCE:
        return f"No worker took it for {in_words(now - due)}: they are busy, or none runs."
    if run.status == Status.PROCESSING and run.heartbeat_at and now - run.heartbeat_at > SILENCE:
        silent = in_words(now - run.heartbeat_at)
        return f"Its worker is silent for {silent}; if it died, the ticker takes the run back."
    return ""


def percent_of(run: Run) -> int | None:
    if run.progress_done is None or not run.progress_total:
        return None
    return run.progress_done * 100 // run.progress_total


def state_of(run: Run) -> str:
    if run.is_active and run.cancel_requested_at:
        return "Stopping"
    if run.status == Status.PENDING and run.attempts:
        return "Waits for another try"
    return run.get_status_display()


def count_of(done: int | None, total: int | None) -> str:
    if done is None:
        return ""
    return f"{done:,}" if total is None else f"{done:,} of {total:,}"


def rate_in_words(per_second: float) -> str:
    if not per_second:
        return ""
    if per_second >= 1:
        return f"{per_second:,.0f} a second"
    return f"{per_second * 60:,.1f} a minute"
