"""The bank at its full size: 100,000 questions, 200,000 sessions with 5,000,000 answers, 200,000
members on the practice board. Draws from pools beside the seed's ORDER BY RANDOM() in the same run,
the pools' rebuild, and the screens that read the most.

Each figure is the time of a call in the server, warm: the median and p95 of 100 calls of a draw,
each with another member and filter, and of 40 calls of a screen.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle, repeat
from typing import Any

import pytest
from django.test import Client

from tests.bench.figures import milliseconds, spread, tell
from tests.bench.filling.learners import fill_learners
from tests.quizbank.learning import run, value

pytestmark = pytest.mark.django_db

CALLS, OF_THE_SEED, OF_A_SCREEN = 100, 50, 40
# Milliseconds, p95.
GOALS = {"filter": 3, "adaptive": 20, "weak_areas": 20}
# Members with sessions, and members on the practice leaderboard.
FULL, TRIED = (5_000, 200_000), (5, 200)
# So many times as fast as the seed in the whole bank, at least, however busy the machine is.
TIMES = 10


@pytest.fixture(scope="module")
def stock(big_bank: int, django_db_blocker: Any) -> int:
    with django_db_blocker.unblock():
        took = milliseconds(partial(fill_learners, *(FULL if big_bank > 1_000 else TRIED)))
        sessions, answers = (
            value(f"SELECT count(*) FROM {n}") for n in ("quiz_sessions", "answers")
        )
        tell("Filled", (f"{sessions:,} sessions, {answers:,} answers", f"{took / 1000:,.0f} s", ""))
    return big_bank


def members() -> list[Any]:
    return [key for (key,) in run("SELECT id FROM members WHERE display_name LIKE 'Bench%%'")]


def filters() -> list[dict[str, Any]]:
    """What is asked for most is narrow; the widest is the whole bank."""
    rows = run(
        "SELECT system_id, topic_id, subject_id, difficulty FROM question_pools"
        " WHERE exam_id IS NULL ORDER BY random() LIMIT 10"
    )
    (exams,) = run("SELECT array_agg(id) FROM exams WHERE code LIKE 'B_'")[0]
    found: list[dict[str, Any]] = [{}, {"difficulty": "hard"}, {"exam": exams[0]}]
    for number, (system, topic, subject, difficulty) in enumerate(rows):
        found += [
            {"system": system, "topic": topic, "difficulty": difficulty},
            {"system": system},
            {"subject": subject},
            {"exam": exams[number % len(exams)], "difficulty": difficulty},
        ]
    return found


def draws(pattern: str, count: int, wanted: list[dict[str, Any]]) -> Iterator[Callable[[], Any]]:
    query = "SELECT * FROM draw_questions(%s, %s, %s, %s)"
    for who, chosen in zip(cycle(members()), cycle(wanted), strict=False):
        yield partial(run, query, who, pattern, json.dumps(chosen), count)


def seeds(wanted: list[dict[str, Any]], rate: str = "") -> Iterator[Callable[[], Any]]:
    """Pattern 1 and 2 of the seed, on our names."""
    columns = {
        "system": "q.system_id = %s",
        "topic": "q.topic_id = %s",
        "subject": "q.subject_id = %s",
        "difficulty": "q.difficulty = %s",
        "exam": "EXISTS (SELECT FROM question_exams AS e"
        " WHERE e.question_id = q.id AND e.exam_id = %s)",
    }
    for chosen in cycle(wanted):
        parts = ["q.status = 'active'", *([rate] if rate else [])]
        where = " AND ".join([*parts, *(columns[name] for name in chosen)])
        query = f"SELECT q.* FROM questions AS q WHERE {where} ORDER BY random() LIMIT 50"
        yield partial(run, query, *chosen.values())


@pytest.mark.parametrize("pattern", list(GOALS))
def test_draws_are_instant(stock: int, pattern: str, capsys: Any) -> None:
    wanted, everything = filters(), [{}]
    rate = "success_rate BETWEEN 40 AND 70" if pattern == "adaptive" else ""
    ours = spread(draws(pattern, 50, wanted), CALLS)
    theirs = spread(seeds(wanted, rate), OF_THE_SEED)
    widest = spread(draws(pattern, 50, everything), CALLS)
    their_widest = spread(seeds(everything, rate), OF_THE_SEED // 5)
    with capsys.disabled():
        tell(
            f"Draw of 50, {pattern}",
            ("by filters of all kinds", ours, f"p95 under {GOALS[pattern]} ms"),
            ("from the whole bank", widest, f"p95 under {GOALS[pattern]} ms"),
            ("ORDER BY RANDOM(), the same filters", theirs, ""),
            ("ORDER BY RANDOM(), the whole bank", their_widest, ""),
        )
    if stock > 1_000:
        assert widest.median * TIMES < their_widest.median


QUESTIONS, ANSWERS = "/admin/quizbank/question/", "/admin/quizbank/answer/"
SESSIONS, BOARD = "/admin/quizbank/anyquizsession/", "/admin/quizbank/practicestanding/"
SCREENS = {
    "questions": (QUESTIONS, "100 ms"),
    "questions by facility": (f"{QUESTIONS}?o=6", "100 ms"),
    "questions by discrimination, down": (f"{QUESTIONS}?o=-7", "100 ms"),
    "questions by learners": (f"{QUESTIONS}?o=-5", "100 ms"),
    "questions that are very hard": (f"{QUESTIONS}?flag=very_hard", "100 ms"),
    "answers": (ANSWERS, ""),
    "answers to a question": (f"{ANSWERS}?question_id={{question}}", ""),
    "answers that were skipped": (f"{ANSWERS}?result=skipped", ""),
    "sessions of a mode that nobody uses": (f"{SESSIONS}?mode__exact=timed", ""),
    "practice board": (BOARD, ""),
    "practice board, far down": (f"{BOARD}?after={{player}}", ""),
    "practice board, a name": (f"{BOARD}?q=ayer+abc", ""),
}
LAST = """
    SELECT user_id FROM performance_summaries WHERE average_score IS NOT NULL
    ORDER BY average_score, total_questions_answered LIMIT 1 OFFSET 110
"""


def test_screens(stock: int, staff: Client, capsys: Any) -> None:
    keys = {
        "question": value("SELECT question_id FROM answers LIMIT 1"),
        "player": value(LAST),
    }
    rows = []
    # As config/gunicorn.py does it.
    gc.collect()
    gc.freeze()
    for name, (address, goal) in SCREENS.items():
        call = partial(staff.get, address.format(**keys))
        assert call().status_code == 200
        if stock > 1_000:
            rows.append((name, spread(repeat(call), OF_A_SCREEN), goal and f"p95 under {goal}"))
    gc.unfreeze()
    with capsys.disabled():
        tell("Screens", *rows)


def test_rebuild(stock: int, capsys: Any) -> None:
    everything = milliseconds(lambda: run("SELECT rebuild_question_pools()"))
    run(
        "UPDATE questions SET difficulty = 'hard' WHERE id ="
        " (SELECT question_ids[1] FROM question_pools WHERE difficulty = 'easy' LIMIT 1)"
    )
    some = milliseconds(lambda: run("SELECT rebuild_waiting_pools(250)"))
    pools = value("SELECT count(*) FROM question_pools")
    with capsys.disabled():
        tell(
            "Rebuild of pools",
            (f"all {pools:,}", f"{everything:,.0f} ms", ""),
            ("after the change of a question", f"{some:.1f} ms", ""),
        )
