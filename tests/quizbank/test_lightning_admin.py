"""The lightning bank's screens."""

from __future__ import annotations

import pytest
from django.db import connection


@pytest.mark.django_db
def test_indexes_bear_the_names_that_other_systems_know() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, substring(indexdef FROM 'btree (.*)$') FROM pg_indexes"
            " WHERE tablename = 'lightning_round_questions' AND indexname LIKE 'idx_%'"
        )
        found = dict(cursor.fetchall())

    assert found == {
        "idx_lightning_questions_difficulty": "(difficulty)",
        "idx_lightning_questions_type": "(question_type)",
        "idx_lightning_questions_difficulty_type": "(difficulty, question_type)",
    }
