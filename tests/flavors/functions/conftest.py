"""Two who taste."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.flavors.tasting import learner


@pytest.fixture
def ada() -> UUID:
    return learner()


@pytest.fixture
def bob() -> UUID:
    return learner("Bob")
