"""The question bank (issues 2 and 5): draws from pools, and the lists that staff wait for."""

from __future__ import annotations

import json
from functools import cache, partial
from typing import Any

from quizbank.models import Category, Exam, Question
from tests.bench import measuring
from tests.bench.goals.goal import Beside, Figure, Goal
from tests.bench.goals.screens import MILLISECONDS, look, staff
from tests.bench.measuring import Statement, ask, on_clock, on_server, other_on_server, several

DRAWN = 50
DRAW = "SELECT * FROM draw_questions(%s, %s, %s, %s)"
# Pattern 1 and 2 of seed 004, on our names.
SEED = "SELECT q.* FROM questions AS q WHERE {} ORDER BY random() LIMIT 50"
COLUMNS = {
    "system": "q.system_id = %s",
    "topic": "q.topic_id = %s",
    "subject": "q.subject_id = %s",
    "difficulty": "q.difficulty = %s",
    "exam": "EXISTS (SELECT FROM question_exams AS e"
    " WHERE e.question_id = q.id AND e.exam_id = %s)",
}
RATES = {"adaptive": "q.success_rate BETWEEN 40 AND 70"}
POOLS = """
    SELECT system_id, topic_id, subject_id, difficulty FROM question_pools
    WHERE exam_id IS NULL ORDER BY md5(id::text) LIMIT 10
"""

type Filters = dict[str, Any]


# --- Draws ---------------------------------------------------------------------------------------
@cache
def learners() -> list[Any]:
    return [key for (key,) in ask("SELECT user_id FROM user_progress ORDER BY user_id LIMIT 50")]


@cache
def filters() -> list[Filters]:
    """What is asked for most is narrow; the widest is the whole bank."""
    exams = list(Exam.objects.filter(code__regex="^B[0-9]$").values_list("pk", flat=True))
    found: list[Filters] = [{}, {"difficulty": "hard"}, {"exam": exams[0]}]
    for number, (system, topic, subject, difficulty) in enumerate(ask(POOLS)):
        found += [
            {"system": system, "topic": topic, "difficulty": difficulty},
            {"system": system},
            {"subject": subject},
            {"exam": exams[number % len(exams)], "difficulty": difficulty},
        ]
    return found


def everything() -> list[Filters]:
    return [{}]


def drawn(pattern: str, wanted: Any) -> Figure:
    chosen, people = wanted(), learners()

    def nth(n: int) -> Any:
        asked = json.dumps(chosen[n % len(chosen)])
        return partial(ask, DRAW, [people[n % len(people)], pattern, asked, DRAWN])

    return on_server(several(nth))


def by_chance(pattern: str, wanted: Any) -> Beside:
    def statement(chosen: Filters) -> Statement:
        rate = [RATES[pattern]] if pattern in RATES else []
        parts = ["q.status = 'active'", *rate, *(COLUMNS[name] for name in chosen)]
        return SEED.format(" AND ".join(parts)), list(chosen.values())

    def source() -> Figure:
        chosen = wanted()
        return other_on_server(several(lambda n: statement(chosen[n % len(chosen)])))

    return Beside("ORDER BY random()", source)


def draws(pattern: str, number: float) -> tuple[Goal, Goal]:
    return tuple(  # type: ignore[return-value]
        Goal(
            f"draw of 50, {pattern}, {what}",
            5,
            number,
            partial(drawn, pattern, wanted),
            peer=by_chance(pattern, wanted),
            limit=rows_by_key,
        )
        for what, wanted in (("filters of all kinds", filters), ("whole bank", everything))
    )


def fetched() -> Figure:
    """As many questions by their keys."""
    keys = list(Question.objects.values_list("pk", flat=True).order_by("random_key")[:DRAWN])
    query = "SELECT id, published_revision_id FROM questions WHERE id = ANY (%s)"
    return on_server([partial(ask, query, [keys])] * measuring.CALLS)


rows_by_key = Beside("50 rows by key", fetched)


# --- Lists ---------------------------------------------------------------------------------------
LIST = "/admin/quizbank/question/"
LISTS = {
    "list of questions, first page": "",
    "list of questions, a word": "?q=circuit",
    "list of questions, rare words": "?q={rare}",
    "list of questions, part of a word": "?q=ench+1{n}",
    "list of questions, category": "?category={category}",
    "list of questions, category and word": "?category={category}&q=circuit",
    "list of questions, exam": "?exam={exam}",
    "list of questions, status": "?status__exact=in_review",
    "list of questions, tag": "?tag=tag{n}",
    "list of questions, sorted by stem": "?o=1",
}
STATISTICS = {
    "list of questions, by facility": "?o=6",
    "list of questions, by discrimination, down": "?o=-7",
    "list of questions, by learners": "?o=-5",
    "list of questions, very hard ones": "?flag=very_hard",
}
CALLS = 20


@cache
def sections() -> list[Category]:
    return list(Category.objects.filter(parent=None, exam__code__regex="^B[0-9]$"))


@cache
def rare_words() -> list[str]:
    stems = Question.objects.values_list("stem", flat=True).order_by("id")[:CALLS]
    return [stem.split()[4] for stem in stems]


def address(query: str, n: int) -> str:
    section = sections()[n % len(sections())]
    return LIST + query.format(
        category=section.pk, exam=section.exam_id, rare=rare_words()[n % len(rare_words())], n=n
    )


def listed(query: str) -> Figure:
    staff()
    count = min(CALLS, measuring.CALLS)
    return on_clock([partial(look, address(query, n)) for n in range(count)])


GOALS = (
    *draws("filter", 3),
    *draws("adaptive", 20),
    *draws("weak_areas", 20),
    *(Goal(name, 2, MILLISECONDS, partial(listed, query)) for name, query in LISTS.items()),
    *(Goal(name, 5, MILLISECONDS, partial(listed, query)) for name, query in STATISTICS.items()),
)
