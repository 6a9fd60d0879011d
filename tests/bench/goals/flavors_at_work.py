"""Descriptors written (issue 6), and taken back: no batch is committed, nor any refresh."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from time import perf_counter
from typing import Any

from django.db import connection

from tests.bench import loading
from tests.bench.goals.flavors import SEED, members
from tests.bench.goals.goal import Beside, Figure, Goal
from tests.bench.measuring import ask, one, seconds, taken_back
from tests.bench.peers import seed_descriptors as seed

# By use, so that a place drawn by its logarithm follows Zipf's law.
WORDS = """
    CREATE TEMPORARY TABLE IF NOT EXISTS words AS
    SELECT row_number() OVER (ORDER BY usage_count DESC, id)::int AS place, display_text AS word
    FROM flavor_terms;
    CREATE INDEX IF NOT EXISTS words_by_place ON words (place);
    ANALYZE words;
    SELECT setseed(0.5)
"""
BATCH = """
    SELECT jsonb_agg(jsonb_build_object(
        'descriptor_text', word, 'descriptor_type', type, 'intensity', 3, 'item_name', 'Bench'
    ))
    FROM (
        SELECT DISTINCT w.word, drawn.type
        FROM (
            SELECT floor(exp(random() * ln((SELECT count(*) FROM words))))::int AS place,
                (ARRAY['aroma', 'flavor', 'texture'])[1 + floor(3 * random())::int] AS type
            FROM generate_series(1, 4 * %s)
        ) AS drawn
        JOIN words AS w ON w.place = drawn.place
        LIMIT %s
    ) AS each
"""
OURS_IN = "SELECT inserted FROM batch_insert_descriptors(%s, %s, 'quick_tasting', uuidv7())"
SEEDS_IN = """
    SELECT inserted_count FROM seed.batch_insert_descriptors(%s, %s, 'quick_tasting', uuidv7())
"""
# The seed's writers take long: each statement writes the same four rows again.
WRITERS, BATCHES, SEED_BATCHES = 4, 20, 1

type Work = list[tuple[str, Any]]


@cache
def work() -> Work:
    """Batches of a thousand, each of a member and a source of its own."""
    ask(WORDS)
    size = loading.unless_tiny(1_000, 20)
    batches = WRITERS * loading.unless_tiny(BATCHES, 1)
    people = members(1.0)
    return [(ask(BATCH, [size, size])[0][0], people[n % len(people)][0]) for n in range(batches)]


def write(statement: str, mine: Work) -> int:
    try:
        count = 0
        for values in mine:
            with taken_back():
                count += ask(statement, values)[0][0]
        return count
    finally:
        connection.close()


def written(statement: str, writers: int, most: int | None = None) -> Figure:
    """Rows a second of writers at once, each with so many batches at most."""
    shares = [work()[n::WRITERS][:most] for n in range(writers)]
    began = perf_counter()
    with ThreadPoolExecutor(writers) as pool:
        count = sum(pool.map(partial(write, statement), shares))
    return one(count / (perf_counter() - began))


def written_and_tidied(statement: str, writers: int) -> Figure:
    """What was taken back stays as dead rows, which the size on disk would show."""
    found = written(statement, writers)
    ask(f"VACUUM (FULL, ANALYZE) {seed.newest_partitions(1)[0]}")
    return found


def batches(name: str, writers: int) -> Goal:
    peer = Beside(SEED, partial(written, SEEDS_IN, writers, SEED_BATCHES))
    source = partial(written_and_tidied, OURS_IN, writers)
    return Goal(name, 6, 20_000, source, unit="/s", at_least=True, peer=peer)


# --- Refresh -------------------------------------------------------------------------------------
NEW = """
    WITH who AS MATERIALIZED (
        SELECT user_id, row_number() OVER (ORDER BY sum(uses) DESC) AS place
        FROM descriptor_member_terms GROUP BY 1
    ), drawn AS MATERIALIZED (
        SELECT n, 1 + floor((SELECT count(*) FROM who) * random() ^ 2)::int AS member,
            floor(exp(random() * ln((SELECT count(*) FROM words))))::int AS place
        FROM generate_series(1, %s) AS n
    )
    INSERT INTO flavor_descriptors (
        user_id, source_id, source_type, descriptor_type, descriptor_text, intensity
    )
    SELECT who.user_id, uuidv7(), 'quick_review',
        (ARRAY['aroma', 'flavor', 'texture'])[1 + n %% 3], w.word, 1 + n %% 5
    FROM drawn AS d JOIN who ON who.place = d.member JOIN words AS w ON w.place = d.place
"""
REFRESH = "SELECT refresh_descriptor_views()"


def refreshed() -> Figure:
    """All four after 10,000 new descriptors of members, heavy ones before others."""
    with taken_back():
        ask(WORDS)
        ask(REFRESH)
        ask(NEW, [loading.unless_tiny(10_000, 100)])
        return one(seconds(partial(ask, REFRESH)))


def refreshed_by_seed() -> Figure:
    with taken_back():
        return one(seconds(refresh_of_the_seed))


def refresh_of_the_seed() -> None:
    for name in seed.SEED_VIEWS:
        ask(f"REFRESH MATERIALIZED VIEW CONCURRENTLY seed.{name}")


GOALS = (
    Goal(
        "refresh of four views after 10,000 rows",
        6,
        5,
        refreshed,
        unit="s",
        peer=Beside(SEED, refreshed_by_seed),
    ),
    batches("descriptors in batches, one writer", 1),
    batches("descriptors in batches, four writers", WRITERS),
)
