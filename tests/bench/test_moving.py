"""A million rows of a flat table: dry run, move with its proof, undo; beside one plain INSERT.

uv run pytest tests/bench/test_moving.py -n 0 --benchmark-enable -s
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from ops.models import Move
from ops.moving import work as moving
from ops.work import Result, Work
from tests.bench.figures import tell
from tests.databases import own_database
from tests.flavors.moving.flat import NAME, TABLE
from tests.flavors.tasting import run, value

pytestmark = pytest.mark.django_db(transaction=True)

TICKS = os.sysconf("SC_CLK_TCK")
# Tastings of eight words each, few members write most; a word in thirty is new.
FILL = f"""
    SELECT setseed(0.5);
    INSERT INTO members (id, display_name)
    SELECT gen_random_uuid(), 'Taster ' || n FROM generate_series(1, %(members)s) AS n;
    CREATE TEMPORARY TABLE tasters AS
    SELECT row_number() OVER () - 1 AS place, id FROM members;
    CREATE UNIQUE INDEX ON tasters (place);
    ANALYZE tasters;
    INSERT INTO {NAME} (user_id, source_type, source_id, descriptor_text, descriptor_type,
        intensity, item_name, item_category, ai_extracted, created_at)
    SELECT t.id, 'quick_tasting', s.source,
        (ARRAY['dark', 'Red', 'ripe', 'dried', 'smoky', 'sweet'])[1 + w %% 6] || ' fruit '
            || floor(exp(random() * ln(30000)))::int,
        (ARRAY['aroma', 'flavor'])[1 + w %% 2], 1 + w %% 5, 'Item ' || s.n %% 10000, 'coffee',
        false, s.at
    FROM (
        SELECT n, gen_random_uuid() AS source,
            floor(%(members)s * random() ^ 2)::int AS member,
            now() - random() * interval '35 months' AS at
        FROM generate_series(1, %(rows)s / 8) AS n
    ) AS s
    JOIN tasters AS t ON t.place = s.member
    CROSS JOIN generate_series(1, 8) AS w
"""
PLAIN = f"""
    INSERT INTO flavor_descriptors (id, term_id, user_id, source_type, source_id, descriptor_text,
        descriptor_type, intensity, item_name, item_category, ai_extracted)
    SELECT moved_key(s.created_at, s.id::text), t.id, s.user_id, s.source_type, s.source_id,
        s.descriptor_text, s.descriptor_type, s.intensity, s.item_name, s.item_category,
        s.ai_extracted
    FROM {NAME} AS s
    JOIN flavor_terms AS t ON t.normalized_form = normalize_descriptor_text(s.descriptor_text)
    ON CONFLICT DO NOTHING
"""


@pytest.fixture(scope="module")
def rows(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[int]:
    big = request.config.getoption("benchmark_enable")
    count = 1_000_000 if big else 800
    with django_db_blocker.unblock(), own_database():
        run(TABLE)
        with connection.cursor() as cursor:
            cursor.execute(FILL, {"members": 50_000 if big else 20, "rows": count})
        run(f"ANALYZE {NAME}")
        yield count


def processor(pid: int) -> float:
    """Seconds that the process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def measured(act: Callable[[], Any]) -> tuple[float, float]:
    """(seconds of the server's processor, seconds)."""
    pid = value("SELECT pg_backend_pid()")
    before, began = processor(pid), perf_counter()
    act()
    return processor(pid) - before, perf_counter() - began


def do(function: Callable[[Work], Result]) -> Result:
    return function(Work(uuid4(), "", "flavor_descriptors", {"source": NAME}, 1))


def test_a_flat_table_moves(benchmark: Any, rows: int) -> None:
    looked = measured(lambda: do(moving.look))
    moved = measured(lambda: benchmark.pedantic(lambda: do(moving.migrate), rounds=1))
    move = Move.objects.get()
    count = value("SELECT count(*) FROM flavor_descriptors")
    took_back = measured(lambda: do(moving.undo))
    plain = measured(lambda: run(PLAIN))
    connection.close()

    def told(figures: tuple[float, float]) -> str:
        return f"{figures[0]:.1f} s CPU, {figures[1]:.1f} s, {rows / figures[0]:,.0f} rows/s CPU"

    tell(
        f"{rows:,} flat rows, {move.refused_count:,} refused",
        ("dry run", told(looked), ""),
        ("move, with its proof", told(moved), ""),
        ("undo", told(took_back), ""),
        ("one plain INSERT … SELECT", told(plain), ""),
        ("move / plain INSERT, CPU", f"{moved[0] / plain[0]:.1f}", ""),
    )
    assert count == move.moved_count
    assert move.moved_count + move.refused_count == rows
