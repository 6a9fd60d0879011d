"""Sessions and answers: the same from Python and from SQL as the client role."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from quizbank import intake
from quizbank.actions import Refused
from quizbank.intake import Outcome
from tests.assessments.roles import MEMBER, ask
from tests.quizbank.learning import learner, published, run, value

pytestmark = pytest.mark.django_db

Submit = Callable[..., list[Outcome]]
CHOICES = (
    "SELECT c -> 'id' FROM question_revisions, jsonb_array_elements(content -> 'choices') AS c"
)


@pytest.fixture
def ada() -> UUID:
    return learner("Ada")


@pytest.fixture
def bo() -> UUID:
    return learner("Bo")


def choices_of(revision: UUID, *, right: bool) -> list[int]:
    """Ids of the right or of the wrong choices."""
    rows = run(f"{CHOICES} WHERE id = %s AND (c ->> 'is_correct')::boolean = %s", revision, right)
    return [int(key) for (key,) in rows]


def bank(count: int = 3) -> list[tuple[UUID, UUID]]:
    return [published(stem=f"Question {n}?") for n in range(count)]


def answer(question: tuple[UUID, UUID], *, right: bool = True, **more: Any) -> dict[str, Any]:
    key, revision = question
    return {"question_id": str(key), "choices": choices_of(revision, right=right)[:1]} | more


def start(member: UUID, questions: list[tuple[UUID, UUID]], **given: Any) -> UUID:
    keys = [str(key) for key, _ in questions]
    return intake.start_session(
        member=member, pattern="chosen", filters={"questions": keys}, count=len(keys), **given
    ).session


def by_python(session: UUID, member: UUID, *answers: Any) -> list[Outcome]:
    return intake.submit_answers(session=session, member=member, answers=answers)


def by_client(session: UUID, member: UUID, *answers: Any) -> list[Outcome]:
    rows = ask(MEMBER, member, "SELECT * FROM submit_answers(%s, %s)", session, json.dumps(answers))
    return [Outcome(*row) for row in rows]


@pytest.fixture(params=[by_python, by_client])
def submit(request: pytest.FixtureRequest) -> Submit:
    return request.param


def outcomes(rows: list[Outcome]) -> list[str]:
    return [row.outcome for row in rows]


def session_row(session: UUID, *columns: str) -> tuple[Any, ...]:
    return run(f"SELECT {', '.join(columns)} FROM quiz_sessions WHERE id = %s", session)[0]


# --- Start ---------------------------------------------------------------------------------------
def test_a_session_freezes_what_is_published_at_its_start(ada: UUID) -> None:
    (question, revision), *_ = bank(1)
    session = intake.start_session(member=ada, count=10).session
    run("UPDATE questions SET stem = 'Edited?' WHERE id = %s", question)
    later = value(
        "INSERT INTO question_revisions (question_id, reason) VALUES (%s, '') RETURNING id",
        question,
    )
    run("UPDATE questions SET published_revision_id = %s", later)
    assert session_row(session, "question_ids", "revision_ids") == ([question], [revision])
    ((stem,),) = ask(MEMBER, ada, "SELECT stem FROM get_quiz_questions(%s)", session)
    assert stem == "Question 0?"


def test_a_learner_starts_by_the_same_function(ada: UUID) -> None:
    bank(5)
    ((session,),) = ask(MEMBER, ada, "SELECT start_quiz_session(%s, 3)", ada)
    assert session_row(session, "user_id", "question_count", "status") == (ada, 3, "active")


def test_a_session_with_fewer_questions_than_asked_for_says_why(ada: UUID) -> None:
    bank(2)
    enough = intake.start_session(member=ada, count=2)
    intake.abandon_session(session=enough.session)
    fewer = intake.start_session(member=ada, count=10)
    assert (enough.shortage, fewer.shortage) == (
        "", "2 of 10 questions. 2 published questions match."
    )  # fmt: skip


def test_nobody_starts_for_somebody_else(ada: UUID, bo: UUID) -> None:
    bank(1)
    with pytest.raises(DatabaseError, match="for oneself"), transaction.atomic():
        ask(MEMBER, bo, "SELECT start_quiz_session(%s)", ada)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"count": 0}, "1 to 100"),
        ({"count": 101}, "1 to 100"),
        ({"pattern": "random"}, "no pattern"),
        ({"filters": {"colour": 1}}, "no filter"),
        ({"filters": {"topic": "x"}}, "number of a row"),
        ({"filters": {"difficulty": "insane"}}, "easy, medium or hard"),
        (
            {"filters": {"difficulty": "hard"}},
            "No question can be drawn. 0 published questions match",
        ),
        ({"filters": {"questions": []}}, "and for no other"),
        ({"pattern": "chosen"}, "and for no other"),
        ({"pattern": "chosen", "filters": {"questions": ["x", None, 1]}}, "0 of the chosen"),
        ({"pattern": "adaptive"}, "published questions that match, 0 have a success rate"),
        ({"pattern": "weak_areas"}, "no category under 60 percent"),
        ({"time_limit": 59}, "60 seconds or more"),
        ({"mode": "exam"}, "quiz mode is known"),
        ({"filters": {"exam": 99999}}, "No question can be drawn. 0 published questions match"),
        ({"member": UUID(int=7)}, "no such active member"),
    ],
)
def test_a_start_that_makes_no_sense_is_refused(
    ada: UUID, given: dict[str, Any], reason: str
) -> None:
    bank(1)
    with pytest.raises(Refused, match=reason):
        intake.start_session(**{"member": ada} | given)


def test_a_second_session_is_refused_until_the_first_ends(ada: UUID) -> None:
    bank(1)
    first = intake.start_session(member=ada).session
    with pytest.raises(Refused, match="active session already"):
        intake.start_session(member=ada)
    intake.abandon_session(session=first, reason="no_time")
    intake.start_session(member=ada)


def test_drafts_are_not_drawn(ada: UUID) -> None:
    (live, _), (retired, _) = bank(2)
    run("UPDATE questions SET status = 'retired' WHERE id = %s", retired)
    session = intake.start_session(member=ada).session
    assert session_row(session, "question_ids") == ([live],)


def test_adaptive_and_weak_areas_draw_what_they_say(ada: UUID) -> None:
    questions = bank(3)
    topic = value(
        "INSERT INTO categories (kind, code, name, position) VALUES ('system', 'R', 'R', 0)"
        " RETURNING id"
    )
    topic = value(
        "INSERT INTO categories (parent_id, kind, code, name, position)"
        " VALUES (%s, 'topic', 'OSPF', 'OSPF', 0) RETURNING id",
        topic,
    )
    run("UPDATE questions SET success_rate = 55 WHERE id = %s", questions[0][0])
    run("UPDATE questions SET success_rate = 71 WHERE id = %s", questions[1][0])
    run("INSERT INTO question_categories (question_id, category_id, is_primary)"
        " VALUES (%s, %s, true)", questions[2][0], topic)  # fmt: skip
    run(
        "INSERT INTO user_progress (user_id, area_stats) VALUES (%s, %s)",
        ada,
        json.dumps({topic: {"answered": 10, "correct": 5, "accuracy": 50}}),
    )
    drawn = {}
    for pattern in ("adaptive", "weak_areas"):
        session = intake.start_session(member=ada, pattern=pattern).session
        drawn[pattern] = session_row(session, "question_ids")[0]
        intake.abandon_session(session=session)
    assert drawn == {"adaptive": [questions[0][0]], "weak_areas": [questions[2][0]]}


# --- Answers -------------------------------------------------------------------------------------
def test_answers_are_judged_and_counted(ada: UUID, submit: Submit) -> None:
    questions = bank(3)
    session = start(ada, questions)
    given = [answer(questions[0], time_ms=1200), answer(questions[1], right=False)]
    rows = submit(session, ada, *given)
    assert [(row.outcome, row.is_correct) for row in rows] == [
        ("recorded", True),
        ("recorded", False),
    ]
    assert session_row(session, "answered_count", "correct_count") == (2, 1)
    assert run("SELECT time_ms, is_correct, revision_id FROM answers WHERE question_id = %s",
               questions[0][0]) == [(1200, True, questions[0][1])]  # fmt: skip
    assert value("SELECT count(*) FROM questions WHERE answered") == 2


def test_timed_mode_keeps_the_judgement_until_the_end(ada: UUID, submit: Submit) -> None:
    questions = bank(2)
    session = start(ada, questions, mode="timed", time_limit=600)
    assert submit(session, ada, answer(questions[0]))[0].is_correct is None
    results = "SELECT question_id, is_correct FROM get_quiz_results(%s)"
    assert ask(MEMBER, ada, results, session) == [(questions[0][0], None)]
    assert ask(MEMBER, ada, "SELECT complete_quiz_session(%s)", session) == [(50,)]
    assert ask(MEMBER, ada, results, session) == [(questions[0][0], True), (questions[1][0], None)]


def test_the_first_answer_counts(ada: UUID, submit: Submit) -> None:
    questions = bank(2)
    session = start(ada, questions)
    twice = [answer(questions[0]), answer(questions[0], right=False)]
    assert outcomes(submit(session, ada, *twice)) == ["recorded", "duplicate"]
    assert outcomes(submit(session, ada, *twice)) == ["duplicate", "duplicate"]
    assert session_row(session, "answered_count", "correct_count") == (1, 1)
    assert value("SELECT count(*) FROM uncounted_answers") == 1


def test_foreign_answers_are_refused(ada: UUID, bo: UUID, submit: Submit) -> None:
    mine, other = bank(2)
    session = start(ada, [mine])
    rows = submit(session, ada, answer(other), {"question_id": "x"}, {}, 7, None, [1])
    assert {(row.outcome, row.reason) for row in rows} == {
        ("refused", "The question is not one of this session.")
    }
    assert submit(session, bo, answer(mine))[0].reason == "There is no such session of yours."
    assert submit(uuid4(), ada, answer(mine))[0].reason == "There is no such session of yours."
    assert value("SELECT count(*) FROM answers") == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("status = 'completed', completed_at = now(), score = 0", "The session is completed."),
        ("status = 'abandoned', abandon_reason = 'left'", "The session was abandoned."),
        ("status = 'paused', paused_at = now()", "The session is paused: resume it first."),
        ("expires_at = started_at + interval '1 microsecond'", "The time of the session is over."),
    ],
)
def test_late_answers_are_refused(ada: UUID, submit: Submit, change: str, reason: str) -> None:
    questions = bank(2)
    session = start(ada, questions)
    run("UPDATE quiz_sessions SET last_activity_at = now(), completed_at = NULL")
    run(f"UPDATE quiz_sessions SET {change.replace('now()', 'clock_timestamp()')}")
    rows = submit(session, ada, answer(questions[0]), answer(questions[1]))
    assert [(row.outcome, row.reason) for row in rows] == [("refused", reason)] * 2


def test_one_bad_answer_leaves_the_others(ada: UUID, submit: Submit) -> None:
    questions = bank(3)
    session = start(ada, questions)
    rows = submit(
        session,
        ada,
        answer(questions[0]),
        {"question_id": str(questions[1][0]), "choices": ["; DROP TABLE answers"]},
        answer(questions[2], time_ms=-1),
        answer(questions[2], time_ms="soon"),
        answer(questions[2], time_ms=1e300),
        answer(questions[2], time_ms=None),
    )
    assert outcomes(rows) == ["recorded", *["refused"] * 4, "recorded"]
    assert rows[2].reason == "A time is 0 to 86,400,000 milliseconds."


@pytest.mark.parametrize("batch", [[], [{}] * 51, {}, "x", None])
def test_a_batch_is_1_to_50(ada: UUID, batch: Any) -> None:
    session = start(ada, bank(1))
    with pytest.raises(DatabaseError, match="1 to 50"), transaction.atomic():
        ask(MEMBER, ada, "SELECT * FROM submit_answers(%s, %s)", session, json.dumps(batch))


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_characters_that_are_none_are_refused(ada: UUID, text: str) -> None:
    question = published(("yes", True, None), kind="short_answer")
    session = start(ada, [question])
    given = {"question_id": str(question[0]), "text": text}
    with pytest.raises(Refused):
        by_python(session, ada, given)
    assert value("SELECT count(*) FROM answers") == 0


KINDS = [
    ("single", [("a", True, None), ("b", False, None)]),
    ("multiple", [("a", True, None), ("b", True, None), ("c", False, None)]),
    ("true_false", [("True", True, None), ("False", False, None)]),
    ("short_answer", [("Zürich", True, None), ("Zurich", True, None), ("Bern", False, None)]),
    ("numeric", [("3.14", True, "0.01"), ("1e3", True, "0")]),
]


@pytest.mark.parametrize(
    ("kind", "given", "judged"),
    [
        ("single", [0], True),
        ("single", [1], False),
        ("single", [0, 1], "one choice"),
        ("single", [], "list of choices"),
        ("single", "a", "list of choices"),
        ("true_false", [0], True),
        ("true_false", [1], False),
        ("multiple", [0, 1], True),
        ("multiple", [1, 0], True),
        ("multiple", [0], False),
        ("multiple", [0, 1, 2], False),
        ("multiple", [0, 0], "given twice"),
        ("multiple", [0, 9], "not one of this question"),
        ("short_answer", "zürich", True),
        ("short_answer", "  ZURICH\n", True),
        ("short_answer", "\uff3aürich", True),
        ("short_answer", "Bern", False),
        ("short_answer", "z", False),
        ("short_answer", " ", "empty"),
        ("short_answer", "x" * 1001, "1,000 characters"),
        ("short_answer", 7, "with a text"),
        ("short_answer", [0], "with a text"),
        ("numeric", "3.15", True),
        ("numeric", "3.13", True),
        ("numeric", "3.1501", False),
        ("numeric", 3.14, True),
        ("numeric", " +1000 ", True),
        ("numeric", "1e3", True),
        ("numeric", "\u22123.14", False),
        ("numeric", "3,14", "not a number"),
        ("numeric", "NaN", "not a number"),
        ("numeric", "Infinity", "not a number"),
        ("numeric", "1e99999", "not a number"),
        ("numeric", "1" * 61, "not a number"),
        ("numeric", "", "empty"),
        ("numeric", True, "with a text"),
    ],
)
def test_every_kind_is_judged(ada: UUID, kind: str, given: Any, judged: bool | str) -> None:
    question, revision = published(*dict(KINDS)[kind], kind=kind)
    keys = [int(key) for (key,) in run(f"{CHOICES} WHERE id = %s", revision)]
    one: dict[str, Any] = {"question_id": str(question)}
    if isinstance(given, list):
        one["choices"] = [keys[n] if n < len(keys) else 10**12 + n for n in given]
    else:
        one["text"] = given
    session = start(ada, [(question, revision)])
    (row,) = by_python(session, ada, one)
    if isinstance(judged, bool):
        assert (row.outcome, row.is_correct) == ("recorded", judged)
    else:
        assert row.outcome == "refused"
        assert judged in str(row.reason)


def test_learners_get_the_questions_without_the_key(ada: UUID, bo: UUID) -> None:
    typed = published(("42", True, "0"), kind="numeric")
    session = start(ada, [*bank(1), typed])
    query = "SELECT kind, stem, choices FROM get_quiz_questions(%s)"
    (kind, stem, choices), typed_row = ask(MEMBER, ada, query, session)
    assert (kind, stem) == ("single", "Question 0?")
    assert [sorted(choice) for choice in json.loads(choices)] == [["id", "text"]] * 2
    assert typed_row[2] == "[]"
    assert ask(MEMBER, bo, query, session) == []


# --- Pause, resume, complete, abandon ------------------------------------------------------------
STEPS = (
    "pause_quiz_session(%s)",
    "resume_quiz_session(%s)",
    "complete_quiz_session(%s)",
    "abandon_quiz_session(%s)",
)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_for_the_own_session(ada: UUID, bo: UUID, step: str) -> None:
    session = start(ada, bank(1))
    with pytest.raises(DatabaseError, match="no such session of yours"), transaction.atomic():
        ask(MEMBER, bo, f"SELECT {step}", session)


def test_a_pause_stops_the_clock(ada: UUID, submit: Submit) -> None:
    questions = bank(1)
    session = start(ada, questions, mode="timed", time_limit=60)
    intake.pause_session(session=session)
    before = session_row(session, "expires_at", "paused_at")
    ends = intake.resume_session(session=session)
    assert ends > before[0]
    assert session_row(session, "paused_at", "status") == (None, "active")
    assert outcomes(submit(session, ada, answer(questions[0]))) == ["recorded"]


def test_a_paused_session_makes_room_and_waits_for_its_turn(ada: UUID) -> None:
    bank(1)
    long = intake.start_session(member=ada).session
    intake.pause_session(session=long)
    short = intake.start_session(member=ada).session
    with pytest.raises(Refused, match="Another session is going"):
        intake.resume_session(session=long)
    intake.complete_session(session=short)
    intake.resume_session(session=long)


def test_completion_skips_what_is_open_and_scores(ada: UUID) -> None:
    questions = bank(3)
    session = start(ada, questions)
    by_python(session, ada, answer(questions[0]), answer(questions[1], right=False))
    assert str(intake.complete_session(session=session)) == "33.33"
    assert run("SELECT status, is_correct FROM answers WHERE question_id = %s",
               questions[2][0]) == [("skipped", None)]  # fmt: skip
    assert session_row(session, "status", "skipped_count") == ("completed", 1)
    assert str(intake.complete_session(session=session)) == "33.33"


def test_an_ended_session_takes_no_step(ada: UUID) -> None:
    session = start(ada, bank(1))
    intake.abandon_session(session=session, reason="too_hard")
    assert session_row(session, "abandon_reason") == ("too_hard",)
    for step in (
        intake.pause_session,
        intake.resume_session,
        intake.complete_session,
        intake.abandon_session,
    ):
        with pytest.raises(Refused, match="The session is abandoned"):
            step(session=session)


def test_an_unknown_reason_is_refused(ada: UUID) -> None:
    session = start(ada, bank(1))
    with pytest.raises(Refused, match="A reason is"):
        intake.abandon_session(session=session, reason="bored")


AGO = "expires_at = started_at + interval '1 microsecond'"


def test_sessions_whose_time_is_over_are_closed_as_they_stand(ada: UUID, bo: UUID) -> None:
    questions = bank(2)
    answered, untouched = start(ada, questions), start(bo, questions)
    by_python(answered, ada, answer(questions[0]))
    run(f"UPDATE quiz_sessions SET {AGO}")
    assert value("SELECT close_expired_quiz_sessions()") == 2
    assert session_row(answered, "status", "score::text") == ("completed", "50.00")
    assert session_row(untouched, "status", "abandon_reason") == ("abandoned", "timed_out")


def test_a_forgotten_session_does_not_keep_one_from_the_next(ada: UUID) -> None:
    questions = bank(1)
    first = start(ada, questions)
    run(f"UPDATE quiz_sessions SET {AGO}")
    start(ada, questions)
    assert session_row(first, "status") == ("abandoned",)


# --- Answers that waited -------------------------------------------------------------------------
def test_answers_given_in_time_count_after_the_completion(ada: UUID) -> None:
    questions = bank(2)
    session = start(ada, questions)
    received = value("SELECT clock_timestamp()")
    assert intake.complete_session(session=session) == 0
    rows = intake.submit_answers(
        session=session, member=ada, answers=[answer(questions[0])], received_at=received
    )
    assert outcomes(rows) == ["recorded"]
    assert session_row(session, "score::text", "answered_count", "skipped_count", "status") == (
        "50.00",
        1,
        1,
        "completed",
    )
    assert run("SELECT status, count(*) FROM answers GROUP BY 1 ORDER BY 1") == [
        ("answered", 1),
        ("skipped", 1),
    ]
    again = intake.submit_answers(
        session=session, member=ada, answers=[answer(questions[0])], received_at=received
    )
    assert outcomes(again) == ["duplicate"]
    assert session_row(session, "score::text") == ("50.00",)


def test_answers_given_before_the_pause_count(ada: UUID) -> None:
    questions = bank(1)
    session = start(ada, questions)
    received = value("SELECT clock_timestamp()")
    intake.pause_session(session=session)
    rows = intake.submit_answers(
        session=session, member=ada, answers=[answer(questions[0])], received_at=received
    )
    assert outcomes(rows) == ["recorded"]


def test_nothing_comes_in_for_who_is_erased(ada: UUID) -> None:
    question = published(("yes", True, None), kind="short_answer")
    session = start(ada, [question, *bank(1)])
    by_python(session, ada, {"question_id": str(question[0]), "text": "I am Ada"})
    run("SELECT erase_member(%s)", ada)
    assert run("SELECT given_text, is_correct FROM answers") == [(None, False)]
    rest = session_row(session, "question_ids")[0][1]
    (row,) = by_python(session, ada, {"question_id": str(rest), "choices": [1]})
    assert row.reason == "There is no such session of yours."
    with pytest.raises(Refused, match="no such active member"):
        intake.start_session(member=ada)
