"""Materialized views of the tests' own, declared for as long as a test runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

from ops import registry
from ops.matviews import synchronise_declarations
from ops.registry import MaterializedView, declared


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


class Views:
    """Over one table of numbers, `measured`."""

    def __init__(self, known: dict[str, MaterializedView]) -> None:
        self.known = known
        self.made: list[str] = []

    def __call__(
        self,
        name: str,
        *,
        depends_on: tuple[str, ...] = (),
        index: str = "(number)",
        populated: bool = True,
    ) -> str:
        """Makes and declares one; returns its name. Without `index` it has none."""
        execute(
            f"CREATE MATERIALIZED VIEW {name} AS SELECT number, count(*) AS times"
            f" FROM {depends_on[0] if depends_on else 'measured'} GROUP BY number"
            f" {'' if populated else 'WITH NO DATA'}"
        )
        if index:
            execute(f"CREATE UNIQUE INDEX {name}_key ON {name} {index}")
        self.known[name] = MaterializedView(
            name,
            name.title(),
            model="ops.ViewState",
            reads=() if depends_on else ("measured",),
            stale_after=timedelta(minutes=5),
            depends_on=depends_on,
        )
        synchronise_declarations()
        self.made.append(name)
        return name

    def forget(self, name: str) -> None:
        del self.known[name]
        synchronise_declarations()

    def drop(self) -> None:
        for name in reversed(self.made):
            execute(f"DROP MATERIALIZED VIEW {name}")
        execute("DROP TABLE measured")


@contextmanager
def own_views(monkeypatch: pytest.MonkeyPatch) -> Iterator[Views]:
    views = Views(declared(MaterializedView))
    monkeypatch.setitem(registry._declared, MaterializedView, views.known)
    execute("CREATE TABLE measured (number int)")
    yield views
    views.drop()
