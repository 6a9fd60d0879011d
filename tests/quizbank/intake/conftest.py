"""Two learners, and both ways in."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.quizbank.intake.sessions import Submit, by_client, by_python
from tests.quizbank.learning import learner


@pytest.fixture
def ada() -> UUID:
    return learner("Ada")


@pytest.fixture
def bo() -> UUID:
    return learner("Bo")


@pytest.fixture(params=[by_python, by_client])
def submit(request: pytest.FixtureRequest) -> Submit:
    return request.param
