"""Fills the bench's database part by part; a part that was broken off is begun again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from django.db import connection

from tests.bench import house
from tests.bench.bank import fill
from tests.bench.descriptors import fill_descriptors
from tests.bench.interactions import fill_interactions
from tests.bench.learners import fill_learners
from tests.bench.members import fill_profiles, fill_sessions

# A part of the full size.
SCALES = {"small": 100, "medium": 10, "full": 1}
NOTES = """
    CREATE TABLE IF NOT EXISTS bench_parts (
        name text PRIMARY KEY, scale text NOT NULL, seconds double precision
    )
"""


@dataclass(frozen=True)
class Part:
    name: str
    full: int
    fill: Callable[[int], None]


PARTS = (
    Part("questions", 100_000, fill),
    # 40 sessions of 25 answers each, and forty times as many members on the practice board.
    Part(
        "members with answers", 5_000, lambda members: fill_learners(members, ranked=40 * members)
    ),
    Part("assessment sessions", 1_000_000, fill_sessions),
    Part("profiles", 100_000, fill_profiles),
    Part("interactions", 10_000_000, fill_interactions),
    Part(
        "descriptors",
        10_000_000,
        lambda rows: fill_descriptors(rows, members=rows // 200, terms=max(rows // 50, 2_000)),
    ),
)


def load(scale: str) -> None:
    """What is there of the same scale stays; of another one, nothing does."""
    _prepare(scale)
    ended = {name for name, _, seconds in _noted() if seconds is not None}
    for part in PARTS:
        if part.name in ended:
            continue
        _run("INSERT INTO bench_parts (name, scale) VALUES (%s, %s)", part.name, scale)
        rows, began = part.full // SCALES[scale], perf_counter()
        part.fill(rows)
        took = perf_counter() - began
        _run("UPDATE bench_parts SET seconds = %s WHERE name = %s", took, part.name)
        print(f"    {part.name:<24} {rows:>12,} {took:8.1f} s", flush=True)
        if part is not PARTS[-1]:
            house.keep()
    house.forget_kept()
    _run("SELECT refresh_assessment_leaderboard()")
    print(f"    in all {sum(seconds for _, _, seconds in _noted()):,.0f} s")


def loaded_scale() -> str | None:
    """None unless every part is there."""
    _run(NOTES)
    noted = _noted()
    whole = len(noted) == len(PARTS) and all(seconds is not None for _, _, seconds in noted)
    return noted[0][1] if whole else None


def _prepare(scale: str) -> None:
    _run(NOTES)
    noted = _noted()
    if any(each != scale for _, each, _ in noted):
        house.start_over()
    elif any(seconds is None for _, _, seconds in noted):
        if house.has_kept():
            house.bring_back()
        else:
            house.start_over()
    _run(NOTES)


def _noted() -> list[tuple[str, str, float | None]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, scale, seconds FROM bench_parts")
        return cursor.fetchall()


def _run(query: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
