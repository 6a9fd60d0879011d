"""A few faults, so that the script of the thousand does not rot: `python -m tests.faults`."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.faults import operations
from tests.faults.book import Book
from tests.faults.breaking import Scene
from tests.faults.breaking.kills import KILLS
from tests.faults.breaking.lasting import LASTING
from tests.faults.checks import ledger, members
from tests.faults.crew import Crew
from tests.faults.deeds import Deed
from tests.faults.deeds.learning import Answering, Streaming
from tests.faults.deeds.running import Ordering
from tests.faults.house import House
from tests.faults.quiet import Quiet
from tests.faults.rounds import Rounds
from tests.ops.conftest import database_url, other_sessions, wait_for
from tests.quizbank.learning import published, run

pytestmark = pytest.mark.django_db(transaction=True)
# Nothing that other tests of the run would feel.
CHOSEN = ("the process of a run", "intake", "a connection", "the connection of a run")
CHECKS = (
    members.answers_are_there,
    members.scores_are_right,
    members.figures_equal_a_recount,
    ledger.runs_ended_once,
    ledger.one_try_at_a_time,
)
PARTITIONS = """
    SELECT inhparent::regclass::text, inhrelid::regclass::text FROM pg_inherits
    JOIN pg_class ON oid = inhrelid WHERE relkind = 'r'
"""


@pytest.fixture
def steps() -> Iterator[None]:
    """The table of the walks; the partitions that the ticker makes go with it."""
    run(operations.STEPS)
    before = set(run(PARTITIONS))
    yield
    wait_for(lambda: other_sessions() == 0)
    run("DROP TABLE public.fault_steps")
    for parent, partition in set(run(PARTITIONS)) - before:
        run(f"ALTER TABLE {parent} DETACH PARTITION {partition}")
        run(f"DROP TABLE {partition}")


@pytest.fixture
def crew(steps: None, tmp_path: Path) -> Iterator[Crew]:
    numbers = {"worker": 1, "ticker": 1, "intake": 1}
    crew = Crew(tmp_path / "logs", numbers, {"DATABASE_URL": database_url()})
    yield crew
    crew.end()


@pytest.fixture
def scene(crew: Crew) -> Scene:
    house = House(Path(os.environ["STEWARD_DATA"]))
    house.database = connection.settings_dict["NAME"]
    return Scene(house, crew, Book(), random.Random(1))  # noqa: S311


@pytest.fixture
def deeds(scene: Scene) -> Iterator[list[Deed]]:
    for number in range(12):
        published(stem=f"Which one is it, {number}?")
    kinds = (Answering, Streaming, Ordering)
    made: list[Deed] = [kind(scene.book, 1, every=0.05) for kind in kinds]
    for deed in made:
        deed.prepare()
        deed.thread.start()
    yield made
    for deed in made:
        deed.end()


def test_nothing_is_lost_in_a_small_fire(scene: Scene, deeds: list[Deed]) -> None:
    kills = [kill for kill in KILLS if kill.name in CHOSEN]
    rounds = Rounds(scene, deeds, kills, Quiet(scene))

    # One that nobody uses may be hit as well as any other.
    connection.close()
    rounds.round(LASTING[0], 4)
    for deed in deeds:
        deed.end()
    rounds.quiet.switch_schedules_off()
    wait_for(rounds.quiet.is_there)

    assert rounds.killed == 4
    assert scene.book.wrong == []
    found = [check(scene.house, scene.book) for check in CHECKS]
    assert [each for each in found if each.wrong] == []
    assert scene.book.answers
    assert scene.book.runs
