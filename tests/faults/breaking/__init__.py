"""What is broken: `kills` at a moment, `lasting` for the length of a round."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.book import Book
from tests.faults.crew import Crew
from tests.faults.house import House


@dataclass
class Scene:
    """What a fault can reach."""

    house: House
    crew: Crew
    book: Book
    chance: random.Random
    hits: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Kill:
    """`do` returns whether there was something to hit; `weight` is how often it is chosen."""

    name: str
    do: Callable[[Scene], bool]
    weight: int
    # One that ends nothing is no kill.
    counts: bool = True


@dataclass(frozen=True)
class Lasting:
    """From the beginning of a round until `mend`. By then each of `alerts` must have opened, and
    in the rest that follows it closes."""

    name: str
    do: Callable[[Scene], None]
    mend: Callable[[Scene], None]
    alerts: tuple[str, ...] = ()
    # What it needs that not every machine has; "" if nothing.
    lacks: Callable[[Scene], str] = lambda scene: ""
