"""Every goal with a number of issues 2 to 8; those that write come last."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.goals.goal import Goal


def all_goals() -> Iterator[Goal]:
    """Those of screens are known once there are rows."""
    from tests.bench.goals import boards, flavors, flavors_at_work, lists, screens

    yield from boards.GOALS
    yield from flavors.GOALS
    yield from lists.GOALS
    yield from screens.goals()
    yield from flavors_at_work.GOALS
