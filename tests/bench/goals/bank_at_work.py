"""Item statistics and imports (issue 5): done in a transaction that is taken back."""

from __future__ import annotations

from functools import cache, partial

from django.db import connection
from django.test import override_settings

from quizbank.importing import import_file
from quizbank.models import Exam
from tests.bench import loading
from tests.bench.filling.answers import EXAM
from tests.bench.goals.goal import Beside, Figure, Goal
from tests.bench.measuring import ask, one, seconds, taken_back, value

# --- Statistics of an exam -----------------------------------------------------------------------
MET = """
    SELECT array_agg(v.id) FROM question_revisions AS v
    JOIN questions AS q ON q.published_revision_id = v.id
    JOIN question_exams AS e ON e.question_id = q.id
    WHERE e.exam_id = %s AND EXISTS (
        SELECT FROM answers AS a JOIN quiz_sessions AS s ON s.id = a.session_id
        WHERE (a.question_id, a.revision_id) = (q.id, v.id) AND s.exam_id = e.exam_id)
"""
COMPUTE = "SELECT compute_item_statistics(%s)"
# The least that any statistic takes: each answer is read once.
READ = """
    SELECT a.revision_id, count(*), avg(a.is_correct::integer) FROM answers AS a
    WHERE a.question_id IN (
        SELECT b.question_id FROM answers AS b JOIN quiz_sessions AS s ON s.id = b.session_id
        WHERE s.exam_id = %s
    )
    GROUP BY 1
"""


@cache
def exam() -> int:
    return Exam.objects.get(code=EXAM).pk


def computed() -> Figure:
    """Once to warm up, then in seconds."""
    met = value(MET, exam())
    with taken_back():
        ask(COMPUTE, [met])
        return one(seconds(partial(ask, COMPUTE, [met])))


def read() -> Figure:
    ask(READ, [exam()])
    return one(seconds(partial(ask, READ, [exam()])))


# --- Imports -------------------------------------------------------------------------------------
HEADER = (
    "exam,external_id,categories,tags,stem,explanation,correct,choice_1,choice_2,choice_3,choice_4"
)
# The rows alone, without key, index, trigger or history: what no import can go below.
COPIED = {"questions": "id, external_id, stem, explanation, tags", "choices": "question_id, text"}


def file_of(rows: int) -> bytes:
    lines = [
        f"B1,X{n:06},B1{n % 10}{'ABCDEFGHIJ'[n // 10 % 10]},a;b,"
        f"Import {n}: which circuit has {n * 7} ohms at {n % 50} volts?,"
        f"Because {n}.,2,First {n},Right {n},Wrong {n},Last {n}"
        for n in range(rows)
    ]
    return "\n".join([HEADER, *lines, ""]).encode()


def bank_size() -> int:
    return loading.scaled(100_000, 20)


def imported() -> Figure:
    """With what waits for the commit: the foreign keys."""

    def load() -> None:
        import_file(file_name="bench.csv", data=data)
        connection.check_constraints()

    data = file_of(bank_size())
    with taken_back(), override_settings(STEWARD_IMPORT_MAX_QUESTIONS=bank_size()):
        return one(seconds(load))


def copied() -> Figure:
    """As many questions of the bank into tables without an index."""
    spent = 0.0
    with taken_back(), connection.cursor() as cursor:
        for name, columns in COPIED.items():
            with cursor.copy(f"COPY {name} ({columns}) TO STDOUT") as source:
                rows = b"".join(source)
            ask(f"CREATE TABLE bare AS SELECT {columns} FROM {name} LIMIT 0")

            def write(rows: bytes = rows, columns: str = columns) -> None:
                with cursor.copy(f"COPY bare ({columns}) FROM STDIN") as target:
                    target.write(rows)

            spent += seconds(write)
            ask("DROP TABLE bare")
    return one(spent)


GOALS = (
    Goal(
        "item statistics of 200 questions, 1 M answers",
        5,
        2,
        computed,
        unit="s",
        limit=Beside("reading them once", read),
    ),
    Goal(
        "import of 100,000 questions", 5, 30, imported, unit="s", limit=Beside("COPY alone", copied)
    ),
)
