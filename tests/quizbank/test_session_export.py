"""The export of quiz sessions, and with it the warehouse's."""

from __future__ import annotations

import pytest

from ops.exports.orders import Order
from ops.exports.reading import rows_of
from ops.registry import Export, declared
from quizbank.models import QuizSession
from tests.quizbank.learning import learner, plain_session, run
from tests.rows import make_row


@pytest.mark.django_db
def test_a_session_of_no_exam_is_a_row_too() -> None:
    of_exam = make_row(QuizSession)
    plain = plain_session(learner())
    order = Order(declared(Export)["quiz_sessions"], "csv")
    query = f"SELECT id, exam FROM ({rows_of(order).as_string()}) AS x"
    assert dict(run(query)) == {of_exam.pk: of_exam.exam.code, plain: None}
