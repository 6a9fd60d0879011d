"""Descriptors beside the design of seed 003 on the same rows, and beside a stock changelist.

    STEWARD_BENCH_DESCRIPTORS=1000000 \
        uv run pytest tests/bench/test_descriptors.py -n 0 --benchmark-enable -s

On four busy cores this took 8 minutes and 2 GB of disk, and 10000000 took 20 minutes and 15 GB;
without the variable 100,000 rows. Each call is told as median / 95th of a hundred / processor, in
milliseconds of the server; a goal that is missed has a mark. A heavy member is of the hundredth
who wrote most.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from flavors.models import Descriptor
from tests.bench import seed_descriptors as seed
from tests.bench import stock_admin
from tests.bench.conftest import own_database
from tests.bench.descriptors import fill_descriptors
from tests.bench.sides import CALLS, PATIENCE, Call, Table, ask, processor_time, seconds
from tests.browser.conftest import FLAGS, chromium, log_in

pytestmark = pytest.mark.django_db
__all__ = ("chromium",)

MEASURED = int(os.environ.get("STEWARD_BENCH_DESCRIPTORS", 100_000))
# The seed's views and slow queries are asked up to here; above, its table is there for its size.
SEED_ANSWERS = 1_000_000
PAGE, DEEP = 50, 100_000
WHEEL_TYPES = ("combined", "aroma", "flavor", "metaphor")
NEWEST = "SELECT {columns} FROM flavor_descriptors ORDER BY id DESC OFFSET %s LIMIT %s"


@pytest.fixture(scope="module")
def measured(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("benchmark_enable"))


@pytest.fixture(scope="module")
def rows(measured: bool, django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """Gives about how many descriptors there are."""
    size = MEASURED if measured else 1_000
    with django_db_blocker.unblock(), own_database():
        few = {} if measured else {"members": 60, "terms": 1_500, "months": 2}
        began = perf_counter()
        fill_descriptors(size, **few)
        ours = perf_counter() - began
        seed.fill_seed(is_whole=size <= SEED_ANSWERS)
        both = perf_counter() - began
        print(f"\n{size:,} descriptors: {ours:.0f} s; as the seed has them: {both - ours:.0f} s")
        yield size


@pytest.fixture(scope="module")
def calls(measured: bool) -> int:
    return CALLS if measured else 2


# --- Reads ---------------------------------------------------------------------------------------
def members(count: int, *, share: float = 1) -> list[Any]:
    """Evenly, from the heaviest to the lightest of this share of them."""
    found = ask("SELECT user_id FROM descriptor_member_terms GROUP BY 1 ORDER BY sum(uses) DESC")
    few = found[: max(int(len(found) * share), count)]
    return [few[n * len(few) // count][0] for n in range(min(count, len(few)))]


def words(count: int) -> list[str]:
    """Used ones, from very often to seldom; every second has lost a letter."""
    found = ask(
        "SELECT normalized_form FROM flavor_terms WHERE usage_count > 0"
        " ORDER BY usage_count DESC LIMIT %s",
        [count * count],
    )
    chosen = [form for (form,) in found[:: max(len(found) // count, 1)]][:count]
    return [form[:2] + form[3:] if n % 2 else form for n, form in enumerate(chosen)]


def prefixes(count: int) -> list[str]:
    """Of one letter to six."""
    found = ask(
        "SELECT DISTINCT ON (part) left(normalized_form, 1 + (id % 6)::int) AS part"
        " FROM flavor_terms WHERE usage_count > 0"
    )
    chosen = sorted((part for (part,) in found if part == part.strip()), key=hash_of)
    return sorted(chosen[:count], key=len)


def hash_of(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def test_reads(rows: int, calls: int) -> None:
    """Goals at 10,000,000 rows."""
    heavy = [(key,) for key in members(calls, share=0.01)]
    people = [(key,) for key in members(calls)]
    found = [{"text": word} for word in words(calls)]
    typed = [{"text": part} for part in prefixes(calls)]
    deep = min(DEEP * PAGE, rows // 2)
    wheels = [(WHEEL_TYPES[n % 4], 1 + n // 4) for n in range(calls)]
    asks_seed = rows <= SEED_ANSWERS

    def beside(query: str, values: list[Any]) -> list[Call]:
        return [(query, each) for each in values] if asks_seed else []

    def ours(query: str, values: list[Any]) -> list[Call]:
        return [(query, each) for each in values]

    table = Table(f"{rows:,} descriptors: ours, the seed's, how many times as long")
    table.compare(
        "wheel of a heavy member",
        10,
        ours("SELECT generate_wheel_data_optimized(%s)", heavy),
        beside(seed.SEED_MEMBER_WHEEL, heavy),
    )
    table.compare(
        "universal wheel",
        10,
        ours("SELECT generate_wheel_data_optimized(NULL, %s, %s)", wheels),
        beside(seed.SEED_UNIVERSAL_WHEEL, [()] * calls),
    )
    for what, place in (
        ("page of all, the first ones", 0),
        (f"page {deep // PAGE:,} of all", deep),
    ):
        table.compare(
            what,
            5,
            pages_from(place, calls),
            [(seed.SEED_PAGE, (place + PAGE * n,)) for n in range(calls)],
        )
    table.compare(
        "first page of a heavy member",
        5,
        ours("SELECT * FROM get_descriptors_paginated(%s)", heavy),
        ours(seed.SEED_MEMBER_PAGE, heavy),
    )
    table.compare(
        "autocomplete",
        5,
        ours("SELECT * FROM autocomplete_descriptors(%(text)s)", typed),
        beside(seed.SEED_AUTOCOMPLETE, typed),
    )
    table.compare(
        "similarity search",
        30,
        ours("SELECT * FROM find_similar_descriptors(%(text)s)", found),
        beside(seed.SEED_SIMILAR, found),
    )
    table.compare(
        "duplicates of a member",
        50,
        ours("SELECT * FROM find_duplicate_descriptors(%s)", people),
        beside(seed.SEED_DUPLICATES, people),
    )
    table.compare(
        "statistics of a member",
        5,
        ours("SELECT * FROM get_user_descriptor_stats(%s)", people),
        beside(seed.SEED_STATISTICS, people),
    )


def pages_from(place: int, count: int) -> list[Call]:
    """So many pages in a row; each begins after the last row of the one before."""
    keys = ask(NEWEST.format(columns="id"), [max(place - 1, 0), PAGE * count])
    cursors = [key for (key,) in keys[::PAGE]]
    if not place:
        cursors = [None, *(key for (key,) in keys[PAGE - 1 :: PAGE])][:count]
    return [
        ("SELECT * FROM get_descriptors_paginated(p_cursor_id => %s)", [key]) for key in cursors
    ]


# --- Storage -------------------------------------------------------------------------------------
OURS = """
    SELECT sum(pg_table_size(relid)), sum(pg_indexes_size(relid))
    FROM pg_partition_tree('flavor_descriptors')
"""
SEEDS = "SELECT pg_table_size(t), pg_indexes_size(t) FROM (SELECT %s::regclass) AS s (t)"
KEPT = "SELECT sum(pg_total_relation_size(t)) FROM unnest(%s::regclass[]) AS t"
INDEXES = """
    SELECT regexp_replace(c.relname, '^flavor_descriptors_\\d+_\\d+_', ''),
        sum(pg_relation_size(c.oid))
    FROM pg_partition_tree('flavor_descriptors') AS t JOIN pg_index AS i ON i.indrelid = t.relid
    JOIN pg_class AS c ON c.oid = i.indexrelid AND c.relkind = 'i'
    GROUP BY 1 ORDER BY 2 DESC
"""
LEXICON = ["flavor_terms"]
ROLLUPS = [
    "descriptor_member_terms",
    "descriptor_item_category_totals",
    "descriptor_item_category_branches",
    "descriptor_wheel_terms",
    "descriptor_days",
    "descriptor_term_months",
    "descriptor_term_totals",
    "descriptor_months",
    "mv_category_descriptor_summary",
]


def test_storage(rows: int) -> None:
    [(heap, indexes)] = ask(OURS)
    [(flat, flat_indexes)] = ask(SEEDS, ["seed.flavor_descriptors"])
    share = (heap + indexes) / (flat + flat_indexes)
    table = Table(f"{rows:,} descriptors on disk, MB: ours, the seed's, our share of it")
    table.tell("rows", "", mb(heap), mb(flat), f"{heap / flat:.2f}")
    table.tell("indexes", "", mb(indexes), mb(flat_indexes), f"{indexes / flat_indexes:.2f}")
    mark = "" if share <= 0.5 else " !"
    table.tell("both", "0.50", mb(heap + indexes), mb(flat + flat_indexes), f"{share:.2f}{mark}")
    for name, size in ask(INDEXES):
        table.tell(f"    {name}", "", mb(size))
    [(lexicon,)], [(kept,)] = ask(KEPT, [LEXICON]), ask(KEPT, [ROLLUPS])
    table.tell("lexicon", "", mb(lexicon))
    if rows <= SEED_ANSWERS:
        [(views,)] = ask(KEPT, [[f"seed.{name}" for name in seed.SEED_VIEWS]])
        table.tell("what is kept beside them", "", mb(kept), mb(views), f"{kept / views:.2f}")


def mb(size: Any) -> str:
    return f"{int(size) / 1e6:,.0f}"


# --- The list ------------------------------------------------------------------------------------
LISTS = {
    "first page": ("", ""),
    "last page": ("?page=last", "?p={pages}"),
    "search": ("?q={word}", "?q={word}"),
    "filter: defects": ("?descriptor_type__exact=defect", "?descriptor_type__exact=defect"),
}


@pytest.fixture
def staff(rows: int) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("bench"))
    return client


def test_list_beside_a_stock_changelist(rows: int, staff: Client, measured: bool) -> None:
    """Whole pages of 50, by the clock, with what is SQL of it."""
    last = -(-Descriptor.objects.count() // PAGE)
    texts = words(40 if measured else 2)[::2]
    table = Table(f"{rows:,} descriptors as a list, ms (SQL of it): ours, stock, how often")
    ours = {
        what: pages_of(staff, "/admin/flavors/descriptor/", ask_ours, texts, last)
        for what, (ask_ours, _) in LISTS.items()
    }
    with override_settings(ROOT_URLCONF=stock_admin, TEMPLATES=stock_admin.templates()):
        for what, (_, ask_stock) in LISTS.items():
            stock = pages_of(staff, "/stock/flavors/descriptor/", ask_stock, texts, last)
            times = f"{stock[0] / ours[what][0]:,.1f}"
            table.tell(what, "", pair(ours[what]), pair(stock), times)


def pages_of(
    client: Client, address: str, query: str, texts: list[str], last: int
) -> tuple[float, float]:
    """Milliseconds at the median of what there is time for: of the page, and of its SQL."""
    found, began = [], perf_counter()
    client.get(address)
    for text in texts:
        with CaptureQueriesContext(connection) as queries:
            asked = perf_counter()
            response = client.get(address + query.format(pages=last, word=quote(text)))
            took = 1_000 * (perf_counter() - asked)
        assert response.status_code == 200
        assert b"result_list" in response.content
        found.append((took, 1_000 * sum(float(each["time"]) for each in queries)))
        if perf_counter() - began > PATIENCE:
            break
    return median(took for took, _ in found), median(spent for _, spent in found)


def pair(figures: tuple[float, float]) -> str:
    return f"{figures[0]:,.0f} ({figures[1]:,.0f})"


@pytest.fixture(scope="module")
def address(rows: int, measured: bool, django_db_blocker: Any) -> Iterator[str]:
    """Of a server over these descriptors; there is an editor, ada."""
    if not measured:
        pytest.skip("Pages of a shorter list are turned in tests/browser.")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        # Its threads give their connections back, so that the database can go.
        patch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
        ada = User.objects.create_user("ada", password="a-long-password-1", is_staff=True)
        ada.groups.add(Group.objects.get(name="content"))
        server = LiveServer("localhost")
        with server._live_server_modified_settings:
            yield server.url
        server.stop()


def test_pages_to_the_end(address: str, chromium: str | None) -> None:
    """In a browser: to the last page at once, back by the newer ones, and forth to the end."""
    steps = 20
    keys = ask("SELECT id FROM flavor_descriptors ORDER BY id LIMIT %s", [PAGE * (steps + 1)])
    oldest = [str(key) for (key,) in reversed(keys)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(base_url=address)
        log_in(page, "ada")
        page.goto("/admin/flavors/descriptor/")
        turn(page, "Last")
        seen = [shown(page)]
        for _ in range(steps):
            turn(page, "Newer")
            seen.append(shown(page))
        assert [key for keys in reversed(seen) for key in keys] == oldest
        began = perf_counter()
        for before in seen[-2::-1]:
            turn(page, "Older")
            assert shown(page) == before
        took = 1_000 * (perf_counter() - began) / steps
        assert page.locator(".keyset-steps a", has_text="Older").count() == 0
        browser.close()
    connections.close_all()
    table = Table("Turning the last pages in a browser, ms a page")
    table.tell("older", "", f"{took:,.0f}")


def turn(page: Page, name: str) -> None:
    with page.expect_navigation(wait_until="load"):
        page.locator(".keyset-steps").get_by_role("link", name=name, exact=True).click()


def shown(page: Page) -> list[str]:
    """The keys of the rows."""
    places = page.locator("#result_list tbody tr th a")
    return places.evaluate_all("links => links.map(link => link.href.split('/').at(-3))")


# --- Writes --------------------------------------------------------------------------------------
# By use, so that a place drawn by its logarithm follows Zipf's law.
WORDS = """
    CREATE TEMPORARY TABLE IF NOT EXISTS words AS
    SELECT row_number() OVER (ORDER BY usage_count DESC, id)::int AS place, display_text AS word
    FROM flavor_terms;
    CREATE INDEX IF NOT EXISTS words_by_place ON words (place);
    ANALYZE words
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
WRITERS, SEED_BATCHES = 4, 1


def test_batches(rows: int, measured: bool) -> None:
    """A writer writes twenty batches of a thousand, each of a member and a source of its own."""
    batches, size = (20, 1_000) if measured else (1, 20)
    ask(WORDS)
    given = [ask(BATCH, [size, size])[0][0] for _ in range(batches * WRITERS)]
    people = members(batches * WRITERS)
    work = [(batch, people[n % len(people)]) for n, batch in enumerate(given)]
    table = Table(f"Batches of {size:,} descriptors, rows a second: ours, the seed's, how often")
    for writers in (1, WRITERS):
        own, processor = written(OURS_IN, work, writers)
        other, _ = written(SEEDS_IN, work[: SEED_BATCHES * WRITERS], writers)
        mark = "" if own >= 20_000 else " !"
        figure = f"{own:,.0f}{mark}, {processor:,.0f} a processor"
        name = "one writer" if writers == 1 else f"{writers} writers"
        table.tell(name, "20,000", figure, f"{other:,.0f}", f"{own / other:.1f}")


def written(statement: str, work: list[tuple[str, Any]], writers: int) -> tuple[float, float]:
    """Rows a second on the clock, and a second of the writers' processors."""

    def write(mine: list[tuple[str, Any]]) -> tuple[int, float]:
        try:
            before, count = processor_time(), 0
            for values in mine:
                count += ask(statement, values)[0][0]
            return count, (processor_time() - before) / 1000
        finally:
            connection.close()

    began = perf_counter()
    shares = [work[n::WRITERS] for n in range(writers)]
    with ThreadPoolExecutor(writers) as pool:
        done = list(pool.map(write, shares))
    took = perf_counter() - began
    count = sum(rows for rows, _ in done)
    return count / took, count / max(sum(spent for _, spent in done), 1e-9)


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


def test_refresh(rows: int, measured: bool) -> None:
    """All four views after 10,000 new descriptors of members, heavy ones before others."""
    new = 10_000 if measured else 100
    ask("SELECT refresh_descriptor_views()")
    ask(WORDS)
    ask(NEW, [new])
    table = Table(f"Refresh of the four views after {new:,} new descriptors, s")
    clock, processor = seconds(lambda: ask("SELECT refresh_descriptor_views()"))
    mark = "" if clock < 5 else " !"
    figure = f"{clock:.1f}{mark}, processor {processor:.1f}"
    if rows > SEED_ANSWERS:
        table.tell("refresh", "5 s", figure)
        return
    other, _ = seconds(refresh_of_the_seed)
    table.tell("refresh", "5 s", figure, f"{other:.1f}", f"{other / clock:.1f}")


def refresh_of_the_seed() -> None:
    for name in seed.SEED_VIEWS:
        ask(f"REFRESH MATERIALIZED VIEW CONCURRENTLY seed.{name}")
