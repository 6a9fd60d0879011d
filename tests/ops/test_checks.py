"""What the system checks say about declarations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.db import connection

from ops import registry
from ops.checks.views import views_are_declared_soundly, views_can_be_refreshed_concurrently
from ops.registry import Every, MaterializedView, Schedule, declared

type Declare = Callable[..., None]


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Declare:
    views = declared(MaterializedView)
    monkeypatch.setitem(registry._declared, MaterializedView, views)

    def add(
        name: str = "seen",
        model: str = "quizbank.CategoryStatistic",
        depends_on: tuple[str, ...] = (),
    ) -> None:
        views[name] = MaterializedView(name, "A", model, (), timedelta(1), depends_on)

    return add


def ids() -> list[str | None]:
    return [message.id for message in views_are_declared_soundly()]


def test_what_ships_is_sound(db: None) -> None:
    assert run_checks(databases=["default"]) == []


@pytest.mark.parametrize("model", ["quizbank.Nothing", "nothing", "quizbank.CategoryStatistic"])
def test_view_needs_a_model_of_its_own(declare: Declare, model: str) -> None:
    declare(model=model)
    assert ids() == ["ops.E001"]


def test_dependencies_are_declared_and_make_no_circle(declare: Declare) -> None:
    declare("category_statistics", depends_on=("unknown",))
    assert ids() == ["ops.E002"]
    declare("category_statistics", depends_on=("category_statistics",))
    assert ids() == ["ops.E003"]


def test_schedule_refreshes_a_declared_view(monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = Schedule("odd", "refresh", Every(timedelta(hours=1)), target="nothing")
    monkeypatch.setitem(registry._declared, Schedule, {"odd": schedule})
    assert ids() == ["ops.E004"]


def test_view_without_a_usable_index_is_named(db: None) -> None:
    assert views_can_be_refreshed_concurrently(databases=["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX idx_cat_stats")

    [warning] = views_can_be_refreshed_concurrently(databases=["default"])

    assert "no unique index" in warning.msg
