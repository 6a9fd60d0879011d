"""Every goal measured once over a tiny load, so that the bench never rots."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from tests.bench import growth, loading, measuring, running, table
from tests.bench.goals import all_goals
from tests.bench.goals.goal import Figure, Goal
from tests.bench.running import Measured, measured
from tests.databases import own_database

pytestmark = pytest.mark.django_db
# Pages are opened by tests/test_pages.py, too.
SCREENS = 5
# Two processes more, for what a CSV does as well.
ALIKE = {"memory of Parquet, more for all rows"}
PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"


@pytest.fixture(scope="module")
def found(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Measured]]:
    with (
        django_db_blocker.unblock(),
        own_database(),
        pytest.MonkeyPatch.context() as patch,
        # Nothing is collected here.
        override_settings(STORAGES=settings.STORAGES | {"staticfiles": {"BACKEND": PLAIN}}),
    ):
        patch.setattr(measuring, "CALLS", 2)
        loading.load("tiny")
        yield list(measured(few(all_goals())))


def few(goals: Iterator[Goal]) -> Iterator[Goal]:
    screens = 0
    for goal in goals:
        screens += goal.name.startswith("screen ")
        if goal.name not in ALIKE and not (goal.name.startswith("screen ") and screens > SCREENS):
            yield goal


def test_every_goal_is_measured(found: list[Measured]) -> None:
    assert {each.goal.name: each.error for each in found if each.own is None} == {}
    names = [each.goal.name for each in found]
    assert len(names) == len(set(names))
    assert {each.goal.issue for each in found} == set(range(2, 9))


def test_reads_say_what_they_read(found: list[Measured]) -> None:
    [page] = [each.own for each in found if each.goal.name == "descriptors, first pages"]
    assert page
    assert page.queries == 1
    assert page.rows
    assert page.rows >= 50
    assert page.buffers


def test_table(found: list[Measured]) -> None:
    lines = [table.row(each, None, None) for each in found]
    assert [line[0] for line in lines] == ["!" if each.falls_short else " " for each in found]
    assert len(lines) == len(found)
    assert "goals are met" in table.summary(found)


def figure(median: float, **more: Any) -> Measured:
    goal = Goal("a page", 6, 5, lambda: Figure(median, median), **more)
    return running.measure(goal)


def test_what_falls_short_is_marked() -> None:
    assert table.row(figure(4), None, None).startswith("  ")
    assert table.row(figure(6), None, None).startswith("!  a page")
    assert figure(4, at_least=True).falls_short
    assert "≥ 5 /s" in table.row(figure(6, at_least=True, unit="/s"), None, None)


def test_a_goal_that_fails_says_why() -> None:
    def fails() -> Figure:
        raise LookupError("no row")

    failed = running.measure(Goal("a page", 6, 5, fails))
    assert failed.falls_short
    assert "LookupError: no row" in table.row(failed, None, None)


def test_figures_are_kept_and_compared(tmp_path: Path) -> None:
    for scale, median in (("small", 2.0), ("medium", 4.0), ("full", 8.0)):
        running.keep(tmp_path, scale, running.figures_of([figure(median)]))
    running.keep(tmp_path, "full", {})
    by_scale = {scale: running.read(running.kept(tmp_path, scale)) for scale in growth.SIZES}
    exponents = growth.exponents(by_scale)

    assert json.loads(running.kept(tmp_path, "full").read_text())["scale"] == "full"
    assert exponents["a page"] == pytest.approx(0.301, abs=0.001)
    assert "0.30" in table.growth(by_scale, exponents)
    assert "8 (0.50 x)" in table.row(figure(4), 0.3, by_scale["full"]["a page"])


def test_a_part_that_cannot_be_filled_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    def fails(rows: int) -> None:
        raise LookupError(f"no room for {rows} rows")

    took: dict[str, float] = {}
    with pytest.raises(LookupError):
        loading.fill_part(loading.Part("descriptors", 5, fails, least=7), "tiny", took)

    said = " ".join(capsys.readouterr().err.split())
    assert said == "descriptors failed: no room for 7 rows"
    assert took == {}
