from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from tests.flavors.moving.flat import NAME, learner, run
from tests.ops.conftest import processes  # noqa: F401


@pytest.fixture
def member(request: pytest.FixtureRequest) -> Iterator[UUID]:
    """Whose descriptors they are. Takes the flat table, and partitions of the past, away again."""
    request.getfixturevalue("transactional_db" if commits(request) else "db")
    yield learner()
    if not commits(request):
        return
    run(f"DROP TABLE IF EXISTS {NAME}")
    old = run(
        "SELECT inhrelid::regclass::text FROM pg_inherits"
        " WHERE inhparent = 'flavor_descriptors'::regclass AND inhrelid::regclass::text < %s",
        "flavor_descriptors_2026",
    )
    for (name,) in old:
        run(f"DROP TABLE {name}")


def commits(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction"))
