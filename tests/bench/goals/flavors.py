"""Descriptors (issue 6), beside the design of seed 003 over its own table of the newest ones."""

from __future__ import annotations

import hashlib
from functools import cache, partial
from typing import Any

from tests.bench import loading, measuring
from tests.bench.goals.goal import Beside, Figure, Goal
from tests.bench.measuring import Call, ask, on_server, one, other_on_server, several
from tests.bench.peers import seed_descriptors as seed

PAGE, DEEP = 50, 100_000
WHEEL_TYPES = ("combined", "aroma", "flavor", "metaphor")
NEWEST = "SELECT id FROM flavor_descriptors ORDER BY id DESC OFFSET %s LIMIT %s"
WHEEL = "SELECT generate_wheel_data_optimized(%s)"
WHEEL_OF_ALL = "SELECT generate_wheel_data_optimized(NULL, %s, %s)"
WHEEL_OF_ITEM = "SELECT get_wheel_data_fast(NULL, 'combined', 'item', %s)"
PAGE_AFTER = "SELECT * FROM get_descriptors_paginated(p_cursor_id => %s)"
PAGE_OF_MEMBER = "SELECT * FROM get_descriptors_paginated(%s)"
AUTOCOMPLETE = "SELECT * FROM autocomplete_descriptors(%(text)s)"
SIMILAR = "SELECT * FROM find_similar_descriptors(%(text)s)"
DUPLICATES = "SELECT * FROM find_duplicate_descriptors(%s)"
STATISTICS = "SELECT * FROM get_user_descriptor_stats(%s)"
SEED = "seed 003"


# --- What is asked -------------------------------------------------------------------------------
@cache
def members(share: float) -> list[Any]:
    """Evenly, from the heaviest to the lightest of this share of them; heavy: 0.01."""
    found = ask("SELECT user_id FROM descriptor_member_terms GROUP BY 1 ORDER BY sum(uses) DESC")
    few = found[: max(int(len(found) * share), measuring.CALLS)]
    return several(lambda n: (few[n * len(few) // measuring.CALLS % len(few)][0],))


@cache
def words() -> list[Any]:
    """Used ones, from very often to seldom; every second has lost a letter."""
    count = measuring.CALLS
    found = ask(
        "SELECT normalized_form FROM flavor_terms WHERE usage_count > 0"
        " ORDER BY usage_count DESC LIMIT %s",
        [count * count],
    )
    chosen = [form for (form,) in found[:: max(len(found) // count, 1)]][:count]
    return [{"text": form[:2] + form[3:] if n % 2 else form} for n, form in enumerate(chosen)]


@cache
def prefixes() -> list[Any]:
    """Of one letter to six."""
    found = ask(
        "SELECT DISTINCT ON (part) left(normalized_form, 1 + (id % 6)::int) AS part"
        " FROM flavor_terms WHERE usage_count > 0"
    )
    chosen = sorted((part for (part,) in found if part == part.strip()), key=hash_of)
    return [{"text": part} for part in sorted(chosen[: measuring.CALLS], key=len)]


def hash_of(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def wheels() -> list[Any]:
    return several(lambda n: (WHEEL_TYPES[n % 4], 1 + n // 4))


@cache
def items() -> list[Any]:
    """From the most noted one to the least, each by the square of its place."""
    found = ask("SELECT item_name FROM descriptor_items ORDER BY uses DESC, item_name")
    return several(lambda n: found[n * n * len(found) // measuring.CALLS**2])


def first_pages() -> list[Any]:
    """So many in a row; each begins after the last row of the one before."""
    keys = ask(NEWEST, [0, PAGE * measuring.CALLS])
    return [[None], *([key] for (key,) in keys[PAGE - 1 :: PAGE])][: measuring.CALLS]


def deep_pages() -> list[Any]:
    keys = ask(NEWEST, [deep_place() - 1, PAGE * measuring.CALLS])
    return [[key] for (key,) in keys[::PAGE]]


def deep_place() -> int:
    """Where the 100,000th page begins, or the middle of a smaller load."""
    return min(DEEP * PAGE, loading.scaled(10_000_000) // 2)


def deep_in_seed() -> list[Any]:
    [(rows,)] = ask("SELECT count(*) FROM seed.flavor_descriptors")
    return several(lambda n: (min(deep_place(), rows // 2) + PAGE * n,))


def heavy() -> list[Any]:
    return members(0.01)


def people() -> list[Any]:
    return members(1.0)


# --- Goals ---------------------------------------------------------------------------------------
def ours(query: str, values: Any) -> Any:
    def source() -> Figure:
        calls: list[Call] = [partial(ask, query, each) for each in values()]
        return on_server(calls)

    return source


def theirs(query: str, values: Any) -> Beside:
    return Beside(SEED, lambda: other_on_server([(query, each) for each in values()]))


def keys(count: int) -> Beside:
    """The newest keys, so many."""
    return Beside(
        f"index scan of {count}",
        lambda: on_server(several(lambda n: partial(ask, NEWEST, [n, count]))),
    )


def terms_of(count: int) -> Beside:
    query = f"SELECT normalized_form FROM flavor_terms WHERE normalized_form >= %(text)s ORDER BY normalized_form LIMIT {count}"  # noqa: E501
    return Beside(f"index scan of {count}", ours(query, prefixes))


READS = (
    ("wheel of a heavy member", 10, WHEEL, heavy, theirs(seed.SEED_MEMBER_WHEEL, heavy), None),
    (
        "wheel of everybody",
        10,
        WHEEL_OF_ALL,
        wheels,
        theirs(seed.SEED_UNIVERSAL_WHEEL, lambda: [()] * measuring.CALLS),
        None,
    ),
    ("wheel of an item", 20, WHEEL_OF_ITEM, items, None, None),
    (
        "descriptors, first pages",
        5,
        PAGE_AFTER,
        first_pages,
        theirs(seed.SEED_PAGE, lambda: several(lambda n: (PAGE * n,))),
        keys(PAGE),
    ),
    (
        "descriptors, 100,000th page",
        5,
        PAGE_AFTER,
        deep_pages,
        theirs(seed.SEED_PAGE, deep_in_seed),
        keys(PAGE),
    ),
    (
        "descriptors of a heavy member, first page",
        5,
        PAGE_OF_MEMBER,
        heavy,
        theirs(seed.SEED_MEMBER_PAGE, heavy),
        keys(PAGE),
    ),
    (
        "autocomplete of a descriptor",
        5,
        AUTOCOMPLETE,
        prefixes,
        theirs(seed.SEED_AUTOCOMPLETE, prefixes),
        terms_of(10),
    ),
    ("similar descriptors", 30, SIMILAR, words, theirs(seed.SEED_SIMILAR, words), terms_of(20)),
    (
        "duplicates of a member",
        50,
        DUPLICATES,
        people,
        theirs(seed.SEED_DUPLICATES, people),
        None,
    ),
    (
        "descriptor statistics of a member",
        5,
        STATISTICS,
        people,
        theirs(seed.SEED_STATISTICS, people),
        None,
    ),
)


# --- Storage -------------------------------------------------------------------------------------
# Of the partitions whose rows the seed's table has.
STORED = """
    SELECT sum(pg_table_size(relid) + pg_indexes_size(relid))
        / (SELECT pg_table_size(t) + pg_indexes_size(t)
           FROM (SELECT 'seed.flavor_descriptors'::regclass) AS s (t))
    FROM pg_partition_tree('flavor_descriptors')
    WHERE isleaf AND relid::text >= 'flavor_descriptors_'
        || (SELECT to_char(min(created_at) AT TIME ZONE 'UTC', 'YYYY_MM')
            FROM seed.flavor_descriptors)
"""


def stored() -> Figure:
    [(share,)] = ask(STORED)
    return one(float(share))


GOALS = (
    *(
        Goal(name, 6, number, ours(query, values), peer=peer, limit=limit)
        for name, number, query, values, peer, limit in READS
    ),
    Goal("descriptors on disk, of the seed's", 6, 0.5, stored, unit="x"),
)
