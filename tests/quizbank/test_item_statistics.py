"""Item statistics against their check table, and against a plain Python oracle."""

from __future__ import annotations

from decimal import Decimal
from math import ceil
from statistics import correlation, mean, stdev, variance
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizbank.models import ChoiceStatistic, ItemStatistic
from tests.quizbank.learning import learner, plain_answer, plain_session, published, run, value

pytestmark = pytest.mark.django_db
# Rows are learners, columns items (Moodle's own tests).
CHECK_TABLE = ["11111", "11000", "10011", "10010", "00001"]

type Marks = list[list[int | None]]


def items(quantity: int) -> list[tuple[Any, Any]]:
    return [published(stem=f"Item {number}?") for number in range(quantity)]


def choices_of(revision: Any) -> list[int]:
    """The key, then the distractor."""
    return [
        row[0]
        for row in run(
            "SELECT (c ->> 'id')::bigint FROM question_revisions,"
            " jsonb_array_elements(content -> 'choices') AS c WHERE id = %s"
            " ORDER BY (c ->> 'is_correct')::boolean DESC",
            revision,
        )
    ]


def meet(
    bank: list[tuple[Any, Any]], marks: Marks, *, exam: Any = None, key: Any = None, **more: Any
) -> list[UUID]:
    """A completed session a row; None: the question was not drawn, -1: it was skipped."""
    keys = {revision: choices_of(revision) for _, revision in bank}
    sessions = []
    for row in marks:
        member = learner()
        drawn = [(item, mark) for item, mark in zip(bank, row, strict=True) if mark is not None]
        session = plain_session(
            member,
            status="completed",
            started_at=value("SELECT now()"),
            completed_at=value("SELECT now()"),
            score=0,
            exam_id=exam,
            question_ids=[question for (question, _), _ in drawn],
            revision_ids=[revision for (_, revision), _ in drawn],
            **({"id": key} if key else {}),
        )
        for (question, revision), mark in drawn:
            if mark == -1:
                given: dict[str, Any] = {"status": "skipped", "is_correct": None}
            else:
                given = {"is_correct": bool(mark), "choice_ids": [keys[revision][1 - mark]]}
            plain_answer(
                session, member, question_id=question, revision_id=revision, **given | more
            )
        sessions.append(session)
    return sessions


def compute(bank: list[tuple[Any, Any]], least: int = 2) -> int:
    return value("SELECT compute_item_statistics(%s, %s)", [row[1] for row in bank], least)


def figures(bank: list[tuple[Any, Any]], name: str) -> list[float | None]:
    found = {row.revision_id: getattr(row, name) for row in ItemStatistic.objects.all()}
    return [None if found.get(revision) is None else float(found[revision]) for _, revision in bank]


def rows(table: list[str]) -> Marks:
    return [[int(mark) for mark in row] for row in table]


def test_check_table() -> None:
    bank = items(5)
    meet(bank, rows(CHECK_TABLE))

    assert compute(bank) == 5
    assert figures(bank, "facility") == [80, 40, 20, 60, 60]
    assert figures(bank, "discrimination") == [34.30, 21.00, 78.45, 37.27, 0]
    assert figures(bank, "efficiency") == [100, 23.08, 100, 50, 0]
    assert figures(bank, "n") == [5] * 5


def test_second_run_and_archived_sessions_give_the_same() -> None:
    bank = items(5)
    sessions = meet(bank, rows(CHECK_TABLE))
    compute(bank)
    before = figures(bank, "discrimination")
    columns = value(
        "SELECT string_agg(attname, ', ') FROM pg_attribute WHERE attnum > 0"
        " AND attrelid = 'quiz_sessions'::regclass AND attgenerated = ''"
    )
    run(
        f"INSERT INTO quiz_session_archive ({columns})"
        f" SELECT {columns} FROM quiz_sessions WHERE id = %s",
        sessions[0],
    )
    run("DELETE FROM quiz_sessions WHERE id = %s", sessions[0])

    compute(bank)

    assert figures(bank, "discrimination") == before
    assert ItemStatistic.objects.count() == 5


def test_open_sessions_do_not_count_and_skipped_questions_earn_nothing() -> None:
    bank = items(3)
    meet(bank, [[1, 1, -1], [1, 0, 0], [0, -1, 1]])
    member = learner()
    session = plain_session(member)
    plain_answer(session, member, question_id=bank[0][0], revision_id=bank[0][1])

    compute(bank)

    assert figures(bank, "n") == [3, 3, 3]
    assert figures(bank, "facility") == [66.67, 33.33, 33.33]


def test_what_does_not_vary_has_no_discrimination() -> None:
    bank = items(2)
    meet(bank, [[1, 1], [1, 0]])

    compute(bank)

    assert figures(bank, "discrimination") == [None, None]
    assert figures(bank, "efficiency") == [None, None]


def test_nobody_met_it_and_one_did() -> None:
    bank = items(2)
    meet(bank, [[1, None]])

    assert compute(bank) == 1
    assert figures(bank, "facility") == [100, None]
    assert figures(bank, "discrimination") == [None, None]


def test_wrong_key_is_found() -> None:
    """The able take the distractor, the others the key."""
    bank = items(4)
    meet(bank, [[0, 1, 1, 1]] * 12 + [[1, 0, 0, 0]] * 10 + [[1, 1, 0, 0]] * 3)

    compute(bank, 20)

    suspect = ItemStatistic.objects.get(revision=bank[0][1])
    assert suspect.flags == ["possible_wrong_key", "does_not_discriminate", "distractor_attracts"]
    key, distractor = choices_of(bank[0][1])
    by_choice = {row.choice_id: row for row in ChoiceStatistic.objects.filter(revision=bank[0][1])}
    assert (by_choice[key].is_key, by_choice[distractor].is_key) == (True, False)
    assert by_choice[distractor].top_share == 100
    assert by_choice[key].bottom_share == 100
    assert by_choice[key].point_biserial < 0 < by_choice[distractor].point_biserial


def test_few_learners_raise_no_flag() -> None:
    bank = items(4)
    meet(bank, [[0, 1, 1, 1], [1, 0, 0, 0], [1, 0, 0, 1]])

    compute(bank, 20)

    assert set(figures(bank, "n")) == {3}
    assert not ItemStatistic.objects.exclude(flags=[]).exists()


def test_a_choice_that_nobody_takes_and_a_very_hard_item() -> None:
    bank = items(2)
    meet(bank, [[1, 1]] * 19 + [[1, 0]] * 10 + [[1, 1]])
    hard = items(2)
    meet(hard, [[0, 1]] * 18 + [[1, 1], [0, 0]])

    compute(bank, 20)
    compute(hard, 20)

    assert "choice_nobody_takes" in ItemStatistic.objects.get(revision=bank[0][1]).flags
    assert "very_hard" in ItemStatistic.objects.get(revision=hard[0][1]).flags


# --- an oracle -----------------------------------------------------------------------------------
def rests(marks: Marks) -> list[list[float | None]]:
    """Each learner's rest score in each item, centred on the items' means."""
    columns = [
        [row[item] for row in marks if row[item] is not None] for item in range(len(marks[0]))
    ]
    means = [mean(column) if column else 0.0 for column in columns]
    found = []
    for row in marks:
        deviations = [None if mark is None else mark - means[item] for item, mark in enumerate(row)]
        total, size = (
            sum(d for d in deviations if d is not None),
            sum(d is not None for d in deviations),
        )
        found.append(
            [None if d is None or size < 2 else (total - d) / (size - 1) for d in deviations]
        )
    return found


def oracle(marks: Marks, item: int) -> tuple[float | None, float | None]:
    """(discrimination, efficiency)."""
    pairs = [
        (row[item], rest[item])
        for row, rest in zip(marks, rests(marks), strict=True)
        if row[item] is not None and rest[item] is not None
    ]
    xs, ys = [float(x) for x, _ in pairs if x is not None], [y for _, y in pairs if y is not None]
    if len(xs) < 2 or len(set(xs)) < 2 or stdev(ys) < 1e-9:
        return None, None
    index = correlation(xs, ys)
    best = correlation(sorted(xs), sorted(ys))
    return 100 * index, 100 * index / best


tables = st.integers(2, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from([0, 1, 1, 0, None]), min_size=width, max_size=width).filter(
            lambda row: any(mark is not None for mark in row)
        ),
        min_size=2,
        max_size=9,
    )
)


@given(marks=tables)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_table_is_as_the_oracle_says(marks: Marks) -> None:
    bank = items(len(marks[0]))
    meet(bank, marks)

    compute(bank)

    index, efficiency = figures(bank, "discrimination"), figures(bank, "efficiency")
    for item in range(len(bank)):
        wanted = oracle(marks, item)
        for found, right in zip((index[item], efficiency[item]), wanted, strict=True):
            if right is None:
                assert found is None or abs(found) < 100.01
            else:
                assert found == pytest.approx(right, abs=0.011)


def test_bands_are_27_percent_of_the_learners() -> None:
    bank = items(3)
    marks: Marks = [[1, 1, 1]] * 3 + [[1, 1, 0]] * 3 + [[0, 1, 0]] * 2 + [[0, 0, 0]] * 3
    meet(bank, marks)

    compute(bank)

    band = ceil(0.27 * len(marks))
    key = choices_of(bank[0][1])[0]
    row = ChoiceStatistic.objects.get(revision=bank[0][1], choice_id=key)
    ordered = sorted(
        zip([rest[0] or 0 for rest in rests(marks)], [line[0] for line in marks], strict=True),
        key=lambda pair: -pair[0],
    )
    assert float(row.top_share) == pytest.approx(
        100 * sum(mark or 0 for _, mark in ordered[:band]) / band, abs=0.01
    )
    assert float(row.share) == pytest.approx(100 * 6 / 11, abs=0.01)


def test_of_equal_rest_scores_the_earlier_session_stands_higher() -> None:
    """Wherever their rows lie: the first three of ten are the top band."""
    marks: Marks = [[1, 1]] * 3 + [[0, 1]] * 4 + [[1, 1], [0, 1], [1, 1]]
    ids = sorted(value("SELECT uuidv7()") for _ in marks)

    for order in (range(10), range(9, -1, -1), (5, 2, 8, 0, 9, 3, 7, 1, 6, 4)):
        with transaction.atomic():
            bank = items(2)
            for place in order:
                meet(bank, [marks[place]], key=ids[place])
            compute(bank)
            key, distractor = choices_of(bank[0][1])
            shares = {
                row.choice_id: (row.top_share, row.middle_share, row.bottom_share)
                for row in ChoiceStatistic.objects.filter(revision=bank[0][1])
            }
            assert shares == {
                key: (100, 0, Decimal("66.67")),
                distractor: (0, 100, Decimal("33.33")),
            }
            transaction.set_rollback(True)


# --- the exam ------------------------------------------------------------------------------------
def reliability(exam: int) -> tuple[Any, ...]:
    return run("SELECT * FROM exam_reliability(%s)", exam)[0]


def make_exam() -> int:
    return value("INSERT INTO exams (code, title, description) VALUES ('A', 'A', '') RETURNING id")


def test_alpha_is_the_textbooks() -> None:
    exam, marks = make_exam(), rows(CHECK_TABLE)
    meet(items(5), marks, exam=exam)

    sessions, size, length, alpha = reliability(exam)

    parts = sum(variance(row[item] or 0 for row in marks) for item in range(5))
    whole = variance(sum(mark or 0 for mark in row) for row in marks)
    assert (sessions, size, float(length)) == (5, 5, 5)
    assert float(alpha) == pytest.approx(5 / 4 * (1 - parts / whole), abs=0.001)


@pytest.mark.parametrize("marks", [[], [[1, 1]], [[1, 1], [1, 1]], [[1, None], [None, 0]]])
def test_alpha_that_is_undefined_is_null(marks: Marks) -> None:
    exam = make_exam()
    meet(items(2), marks, exam=exam)

    sessions, _, _, alpha = reliability(exam)

    assert (sessions, alpha) == (len(marks), None)


def test_drawing_harder_questions_is_no_spread_of_ability() -> None:
    """Two halves of one exam, one easy, one hard: totals differ, learners do not."""
    exam, bank = make_exam(), items(4)
    easy: Marks = [[1, 1, None, None], [1, 0, None, None], [0, 1, None, None]] * 4
    hard: Marks = [[None, None, 0, 0], [None, None, 1, 0], [None, None, 0, 1]] * 4
    meet(bank, easy + hard, exam=exam)

    assert float(reliability(exam)[3]) < 0
