"""An exam without categories."""

from __future__ import annotations

import pytest

from quizbank.models import Exam


@pytest.fixture
def exam(db: None) -> Exam:
    return Exam.objects.create(code="E", title="Exam")
