"""Which writes to questions make their caches void."""

from __future__ import annotations

import psycopg
import pytest

from tests.ops.conftest import database_url
from tests.quizbank.learning import published, run

TOLD = {
    "tags = '{new}'": True,
    "status = 'retired'": True,
    "is_premium = true": True,
    "success_rate = 50": False,
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("change", "is_told"), TOLD.items())
def test_what_is_cached_of_questions_is_told(change: str, is_told: bool) -> None:
    question, _ = published()
    with psycopg.connect(database_url(), autocommit=True) as listener:
        listener.execute("LISTEN steward_cache")
        run(f"UPDATE questions SET {change} WHERE id = %s", question)
        run("NOTIFY steward_cache, 'the end'")
        told = []
        for each in listener.notifies(timeout=30):
            told.append(each.payload)
            if each.payload == "the end":
                break
    assert told == [*(["questions"] if is_told else []), "the end"]
