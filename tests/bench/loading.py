"""Fills the bench's database part by part; a part that was broken off is begun again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from django.db import connection

from tests.bench import house
from tests.bench.filling.answers import fill_exam
from tests.bench.filling.bank import fill
from tests.bench.filling.descriptors import fill_descriptors
from tests.bench.filling.interactions import fill_interactions
from tests.bench.filling.learners import fill_learners
from tests.bench.filling.members import fill_profiles, fill_sessions
from tests.bench.peers.seed_board import fill_board
from tests.bench.peers.seed_descriptors import fill_seed

# A part of the full size; the tiny one is for the tests.
SCALES = {"tiny": 10_000, "small": 100, "medium": 10, "full": 1}
NOTES = """
    CREATE TABLE IF NOT EXISTS bench_parts (
        name text PRIMARY KEY, scale text NOT NULL, seconds double precision
    )
"""


@dataclass(frozen=True)
class Part:
    """`clears_itself`: begun again, it needs no copy of what was there before it."""

    name: str
    full: int
    fill: Callable[[int], None]
    least: int = 0
    clears_itself: bool = False


def descriptors(rows: int) -> None:
    few = {"members": 60, "terms": 1_500, "months": 3}
    full = {"members": rows // 200, "terms": max(rows // 50, 2_000)}
    fill_descriptors(rows, **(few if rows < 10_000 else full))


PARTS = (
    Part("questions", 100_000, fill, least=300),
    # 40 sessions of 25 answers each, and forty times as many members on the practice board.
    Part(
        "members with answers",
        5_000,
        lambda members: fill_learners(members, ranked=40 * members),
        least=5,
    ),
    Part("assessment sessions", 1_000_000, fill_sessions, least=100),
    Part("profiles", 100_000, fill_profiles, least=50),
    Part("interactions", 10_000_000, fill_interactions),
    Part("descriptors", 10_000_000, descriptors),
    Part("answers to one exam", 1_000_000, fill_exam, least=1_000, clears_itself=True),
    # The issue compares at a million; ten would take longer than all the rest.
    Part(
        "descriptors as seed 003",
        10_000_000,
        lambda rows: fill_seed(min(rows, 1_000_000)),
        clears_itself=True,
    ),
    Part("board as seed 000", 1_000_000, fill_board, clears_itself=True),
)


def load(scale: str) -> None:
    """What is there of the same scale stays; of another one, nothing does."""
    _prepare(scale)
    ended = {name for name, _, seconds in _noted() if seconds is not None}
    for part in PARTS:
        if part.name in ended:
            continue
        _run("INSERT INTO bench_parts (name, scale) VALUES (%s, %s)", part.name, scale)
        rows, began = max(part.full // SCALES[scale], part.least), perf_counter()
        part.fill(rows)
        took = perf_counter() - began
        _run("UPDATE bench_parts SET seconds = %s WHERE name = %s", took, part.name)
        print(f"    {part.name:<24} {rows:>12,} {took:8.1f} s", flush=True)
        if any(not later.clears_itself for later in PARTS[PARTS.index(part) + 1 :]):
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


def scaled(full: int, least: int = 1) -> int:
    """The share of a number at the full size that belongs to what is loaded."""
    return max(full // SCALES[loaded_scale() or "full"], least)


def unless_tiny(number: int, few: int) -> int:
    """The same at every scale but that of the tests."""
    return few if loaded_scale() == "tiny" else number


def _prepare(scale: str) -> None:
    _run(NOTES)
    noted = _noted()
    broken = {name for name, _, seconds in noted if seconds is None}
    if any(each != scale for _, each, _ in noted):
        house.start_over()
    elif broken <= {part.name for part in PARTS if part.clears_itself}:
        _run("DELETE FROM bench_parts WHERE seconds IS NULL")
    elif house.has_kept():
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
