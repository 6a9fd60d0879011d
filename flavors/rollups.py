"""The descriptor views: refreshed when enough changed, checked, and complete before an archive."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from flavors.models import DescriptorChange, TermMove
from ops.matviews import start_refreshes
from ops.work import Refused, Result, Work

VIEWS = (
    "mv_user_descriptor_summary",
    "mv_global_descriptor_stats",
    "mv_wheel_generation_stats",
    "mv_category_descriptor_summary",
)
# So many changes, or moves of terms, are worth a refresh at once; fewer wait no longer than this.
ENOUGH = 100
LONGEST_WAIT = timedelta(hours=1)
# A check names no more than these.
SHOWN = 50


def enough_changed() -> bool:
    """Or a partition came or went."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT public.should_refresh_views(%s) OR NOT public.items_hold()", [ENOUGH]
        )
        (enough,) = cursor.fetchone()
    late = {"added_at__lt": Now() - LONGEST_WAIT}
    return (
        bool(enough)
        or TermMove.objects.all()[:ENOUGH].count() == ENOUGH
        or DescriptorChange.objects.filter(**late).exists()
        or TermMove.objects.filter(**late).exists()
    )


def refresh_if_enough_changed(work: Work) -> str:
    """The work of the operation `refresh_descriptor_views`."""
    if not enough_changed():
        return f"Fewer than {ENOUGH} descriptors changed or terms moved: the views wait for more."
    runs = start_refreshes(names=VIEWS, user=None)
    return f"{len(runs)} views are being refreshed."


def differences(month: date | None = None) -> list[dict[str, Any]]:
    """Where what is kept differs from a full count: of a month (its first day), or of all."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM public.check_descriptor_rollups(%s)", [month])
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def check(work: Work) -> Result:
    """The work of the operation `check_descriptor_views`."""
    with transaction.atomic(), work.connection.cursor() as cursor:
        # One snapshot: what is written meanwhile is no difference. Of two that count at once, one
        # is tried again.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found = differences()
    if found:
        number = len(found)
        return Result(
            f"{number:,} figure{' differs' if number == 1 else 's differ'} from a full count.",
            {"differences": found[:SHOWN]},
        )
    return Result("Every figure equals a full count.")


@transaction.atomic
def prove_month(first: date, before: date) -> None:
    """Before a month is archived: the views say what its descriptors say. Raises Refused."""
    wrong = [row["kept_key"] for row in differences(first)]
    if wrong:
        raise Refused(
            f"The descriptor views differ from the descriptors in {len(wrong):,} places, such as"
            f" {wrong[0]}: start “Check the descriptor views”, and archive when it is right."
        )
