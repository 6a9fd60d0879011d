"""Two wheels beside each other: where they differ, in points of a hundred."""

from __future__ import annotations

from dataclasses import dataclass

from flavors.wheels.figures import Row, Slice, rows_of


@dataclass(frozen=True)
class Difference:
    """Counts and shares (0 to 1) of one slice in both; None where a wheel has no such slice."""

    path: tuple[str, ...]
    one: Row | None
    other: Row | None

    @property
    def level(self) -> int:
        return len(self.path)

    @property
    def points(self) -> float:
        """Of the other above the one, -100 to 100."""
        return 100 * (share(self.other) - share(self.one))

    @property
    def signed(self) -> str:
        return signed(self.points)

    @property
    def is_seen(self) -> bool:
        """By as much as is written."""
        return self.signed != signed(0)

    @property
    def one_percent(self) -> str:
        return f"{share(self.one):.1%}"

    @property
    def other_percent(self) -> str:
        return f"{share(self.other):.1%}"


def signed(points: float) -> str:
    """With a minus that is as wide as the plus."""
    text = f"{points:+.1f}"
    return "0.0" if text in {"+0.0", "-0.0"} else text.replace("-", "\u2212")


def share(row: Row | None) -> float:
    return row.share if row else 0.0


def differences_between(one: Slice, other: Slice) -> list[Difference]:
    """Every slice of either, the largest difference first; equal ones by name."""
    ones = {row.path: row for row in rows_of(one)}
    others = {row.path: row for row in rows_of(other)}
    found = [Difference(path, ones.get(path), others.get(path)) for path in ones | others]
    return sorted(found, key=lambda each: (-abs(each.points), each.path))


def likeness(one: Slice, other: Slice) -> float | None:
    """How much of both lies in the same categories, 0 to 1; None if one is empty.

    The sum of the smaller shares, which is 1 - Bray-Curtis dissimilarity of the shares.
    """
    if one.is_empty or other.is_empty:
        return None
    found = differences_between(one, other)
    return 1 - sum(abs(each.points) for each in found if each.level == 1) / 200
