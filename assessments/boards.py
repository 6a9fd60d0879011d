"""What people order of the boards: a refresh, a check, a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from assessments.models import LeaderboardRow
from assessments.models.leaderboard import Dimension
from assessments.queries.boards import BOARD, matching
from ops.audit import record
from ops.matviews import REFRESH, last_refresh
from ops.registry import Operation, declared
from ops.runs import enqueue
from ops.spreadsheets import neutralise

CHECK = "check-leaderboard"
# A board that is older is refreshed when somebody opens it.
OLD = timedelta(minutes=5)
FETCHED = 1_000


def is_old(as_of: datetime | None) -> bool:
    return as_of is None or timezone.now() - as_of > OLD


def refresh_old_boards(*, user: Any) -> bool:
    """Whether they are old: then a run refreshes them, a new one or that which goes on."""
    if not is_old(last_refresh(BOARD)):
        return False
    enqueue(operation=REFRESH, target=BOARD, user=user)
    return True


def can_check() -> bool:
    return CHECK in declared(Operation)


def check_boards(*, user: Any) -> bool:
    """Whether the run that checks every rank is a new one; else it goes on already."""
    return enqueue(operation=CHECK, user=user)[1]


# --- A file --------------------------------------------------------------------------------------
class Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


@transaction.atomic
def export_board(*, dimension: Dimension, chosen: Q, is_personal: bool, user: Any) -> Iterator[str]:
    """The lines of a CSV file, the first one with the mark by which spreadsheets know UTF-8.

    `is_personal` adds names and all else to ranks and ids. The export is recorded when it begins.
    """
    count = matching(dimension, chosen)
    record(
        action="export",
        entity_type="leaderboard",
        entity_id=dimension.value,
        details={"label": dimension.label, "count": count, "personal": is_personal},
        actor=user,
    )
    return lines(dimension, chosen, is_personal=is_personal)


def lines(dimension: Dimension, chosen: Q, *, is_personal: bool) -> Iterator[str]:
    columns = {"rank": dimension.rank, "member": "user_id"}
    if is_personal:
        columns |= {"name": "user__display_name", "email": "user__email", "score": dimension.score}
        own = ("career_level", "archetype", "badges", "completed_at")
        columns |= dict(zip(own, own, strict=True))
    board = LeaderboardRow.objects.ranked(dimension).filter(chosen)
    query, values = board.values_list(*columns.values()).query.sql_with_params()
    writer = csv.writer(Line())
    yield "\ufeff" + writer.writerow(columns)
    # The cursor lives in a transaction of its own, so that a pooler keeps its connection.
    with transaction.atomic(), connection.create_cursor("board") as cursor:
        cursor.itersize = FETCHED
        cursor.execute(query, values)
        for row in cursor:
            yield writer.writerow([neutralise(text_of(value)) for value in row])


def text_of(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "" if value is None else str(value)
