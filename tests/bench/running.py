"""Measures the goals one after another, and keeps the figures of each scale for the growth."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import connection

from config.warming import get_ready
from tests.bench.goals.goal import Beside, Figure, Goal


@dataclass(frozen=True)
class Measured:
    """What was found for a goal, in so many seconds; `error` where it could not be measured."""

    goal: Goal
    own: Figure | None = None
    peer: Figure | None = None
    limit: Figure | None = None
    error: str = ""
    took: float = 0

    @property
    def falls_short(self) -> bool:
        return self.own is None or self.goal.falls_short(self.own)


def measured(goals: Iterable[Goal], only: str = "") -> Iterator[Measured]:
    # As config/gunicorn.py does it.
    get_ready()
    try:
        for goal in goals:
            if only in goal.name:
                yield measure(goal)
    finally:
        gc.unfreeze()


def measure(goal: Goal) -> Measured:
    """A goal that fails does not end the run."""
    began = perf_counter()
    try:
        own, peer, limit = goal.source(), beside(goal.peer), beside(goal.limit)
        return Measured(goal, own, peer, limit, took=perf_counter() - began)
    except Exception as error:
        connection.close()
        return Measured(goal, error=f"{type(error).__name__}: {error}".strip().splitlines()[0])


def beside(way: Beside | None) -> Figure | None:
    return way.source() if way else None


# --- The figures ---------------------------------------------------------------------------------
type Figures = dict[str, dict[str, Any]]


def figures_of(found: Iterable[Measured]) -> Figures:
    return {
        each.goal.name: {
            "issue": each.goal.issue,
            "goal": each.goal.number,
            "unit": each.goal.unit,
            "falls_short": each.falls_short,
            "error": each.error,
            "took": round(each.took, 1),
            **{
                side: asdict(figure)
                for side in ("own", "peer", "limit")
                if (figure := getattr(each, side))
            },
        }
        for each in found
    }


def write(path: Path, scale: str, figures: Figures) -> None:
    load = round(os.getloadavg()[0], 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"scale": scale, "load": load, "figures": figures}, indent=1))


def read(path: Path) -> Figures:
    """Empty where there is no such file."""
    return json.loads(path.read_text())["figures"] if path.exists() else {}


def kept(folder: Path, scale: str) -> Path:
    return folder / f"figures-{scale}.json"


def keep(folder: Path, scale: str, figures: Figures) -> None:
    """Beside those of other goals that were kept before."""
    path = kept(folder, scale)
    write(path, scale, read(path) | figures)
