"""Every goal with a number of issues 2 to 8; those that write come last."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.goals.goal import Goal


def all_goals() -> Iterator[Goal]:
    """Those of screens are known once there are rows."""
    from tests.bench.goals import bank, boards, caches, flavors, lists, screens

    for part in (boards, bank, flavors, caches, lists):
        yield from part.GOALS
    yield from screens.goals()
    yield from writing_goals()


def writing_goals() -> Iterator[Goal]:
    """Each leaves the rows as they were."""
    from tests.bench.goals import (
        bank_at_work,
        boards_at_work,
        flavors_at_work,
        intake,
        moderation,
        operations,
    )

    yield from moderation.GOALS
    yield from boards_at_work.goals()
    for part in (bank_at_work, flavors_at_work, intake, operations):
        yield from part.GOALS
