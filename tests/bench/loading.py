"""Fills the bench's database stage by stage; a stage that was broken off is begun again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter

from django.db import connection

from tests.bench import house
from tests.bench.filling.answers import fill_exam
from tests.bench.filling.bank import fill
from tests.bench.filling.descriptors import fill_descriptors
from tests.bench.filling.interactions import fill_interactions
from tests.bench.filling.learners import fill_learners
from tests.bench.filling.members import fill_profiles, fill_sessions
from tests.bench.filling.office import fill_office
from tests.bench.filling.together import at_once
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
    """`clears_itself`: begun again, it needs no copy of what was there before it; `rewritten` are
    tables whose rows are written several times."""

    name: str
    full: int
    fill: Callable[[int], None]
    least: int = 0
    clears_itself: bool = False
    rewritten: tuple[str, ...] = ()


def descriptors(rows: int) -> None:
    few = {"members": 60, "terms": 1_500, "months": 3}
    full = {"members": rows // 200, "terms": max(rows // 50, 2_000)}
    fill_descriptors(rows, **(few if rows < 10_000 else full))


# Those of a stage need none of the others of it, and are filled at once.
STAGES = (
    (
        Part("questions", 100_000, fill, least=300, rewritten=("questions",)),
        Part("assessment sessions", 1_000_000, fill_sessions, least=100),
    ),
    (
        Part("descriptors", 10_000_000, descriptors, rewritten=("flavor_terms",)),
        Part("profiles", 100_000, fill_profiles, least=50, rewritten=("public_profiles",)),
        # 40 sessions of 25 answers each, and forty times as many members on the practice board.
        Part(
            "members with answers",
            5_000,
            lambda members: fill_learners(members, ranked=40 * members),
            least=5,
        ),
    ),
    (
        Part("interactions", 10_000_000, fill_interactions, clears_itself=True),
        Part("answers to one exam", 1_000_000, fill_exam, least=1_000, clears_itself=True),
        Part("a year of the office", 100_000, fill_office, least=100, clears_itself=True),
        # The issue compares at a million; ten would take longer than all the rest.
        Part(
            "descriptors as seed 003",
            10_000_000,
            lambda rows: fill_seed(min(rows, 1_000_000)),
            clears_itself=True,
        ),
        Part("board as seed 000", 1_000_000, fill_board, clears_itself=True),
    ),
)
PARTS = tuple(part for stage in STAGES for part in stage)
# Of ours, the largest first: transactions of other parts keep a VACUUM from taking rows away.
VACUUMS = """
    SELECT format(
        CASE relkind WHEN 'p' THEN 'ANALYZE ONLY %%s' ELSE 'VACUUM (ANALYZE) %%s' END, oid::regclass
    )
    FROM pg_class
    WHERE relkind IN ('r', 'm', 'p') AND pg_has_role(relowner, 'USAGE')
        AND relnamespace::regnamespace::text <> ALL (%s)
    ORDER BY pg_relation_size(oid) DESC, oid
"""
THEIRS = ["pg_catalog", "information_schema"]


def load(scale: str) -> None:
    """What is there of the same scale stays; of another one, nothing does."""
    began = perf_counter()
    _prepare(scale)
    for number, stage in enumerate(STAGES, start=1):
        ended = {name for name, _, seconds in _noted() if seconds is not None}
        missing = [part for part in stage if part.name not in ended]
        if not missing:
            continue
        fill_stage(missing, scale)
        if all(later.clears_itself for after in STAGES[number:] for later in after):
            house.forget_kept()
        else:
            house.keep()
    _run("SELECT refresh_assessment_leaderboard()")
    print(f"    in all {perf_counter() - began:,.0f} s")


def fill_stage(parts: Sequence[Part], scale: str) -> None:
    """They count as ended once all of them are, and every table is as it would be after years."""
    for part in parts:
        _run("INSERT INTO bench_parts (name, scale) VALUES (%s, %s)", part.name, scale)
    took: dict[str, float] = {}
    at_once([partial(fill_part, part, scale, took) for part in parts])
    at_once([partial(_run, f"VACUUM (FULL) {each}") for part in parts for each in part.rewritten])
    with connection.cursor() as cursor:
        cursor.execute(VACUUMS, [THEIRS])
        statements = [statement for (statement,) in cursor.fetchall()]
    at_once([partial(_run, statement) for statement in statements])
    for name, seconds in took.items():
        _run("UPDATE bench_parts SET seconds = %s WHERE name = %s", seconds, name)


def fill_part(part: Part, scale: str, took: dict[str, float]) -> None:
    rows, began = max(part.full // SCALES[scale], part.least), perf_counter()
    try:
        part.fill(rows)
    except Exception as error:
        print(f"    {part.name:<24} failed: {error}", file=sys.stderr, flush=True)
        raise
    took[part.name] = perf_counter() - began
    print(f"    {part.name:<24} {rows:>12,} {took[part.name]:8.1f} s", flush=True)


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
