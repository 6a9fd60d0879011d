"""Pairs that are alike, as groups for a person to decide on."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass


@dataclass(eq=False)
class Group[K: Hashable]:
    keys: list[K]
    weight: float


def clusters_of[K: Hashable](
    pairs: Iterable[tuple[K, K, float]], *, largest: int = 0
) -> list[tuple[float, list[K]]]:
    """Connected pairs: (greatest weight of a pair in it, keys), in the order of their first pair.

    A pair that would make a group larger than `largest` (0: any size) waits until others are done.
    """
    group_of: dict[K, Group[K]] = {}
    for first, second, weight in pairs:
        one = group_of.get(first) or Group([first], weight)
        other = group_of.get(second) or Group([second], weight)
        if one is other or (largest and len(one.keys) + len(other.keys) > largest):
            continue
        one.keys += other.keys
        one.weight = max(one.weight, other.weight, weight)
        group_of |= dict.fromkeys(one.keys, one)
    found = {id(group): group for group in group_of.values()}
    return [(group.weight, group.keys) for group in found.values()]
