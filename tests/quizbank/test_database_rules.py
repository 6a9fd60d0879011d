"""The database holds the rules: plain SQL, no model code in the way."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.screens import visit_as

pytestmark = pytest.mark.django_db


def run(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def refuses(match: str, sql: str, *parameters: Any) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        run_at_once(sql, *parameters)


def run_at_once(sql: str, *parameters: Any) -> None:
    """With deferred constraints judged now instead of at commit."""
    run(sql, *parameters)
    run("SET CONSTRAINTS ALL IMMEDIATE")


def make_question(kind: str = "single", *choices: tuple[str, bool, Any]) -> Any:
    ((key,),) = run(
        "INSERT INTO questions (kind, stem, explanation, media, difficulty, status, is_premium,"
        " is_user_generated, tags, answered)"
        " VALUES (%s, 'Which one?', '', '[]', 'easy', 'draft', false, false, '{}', false)"
        " RETURNING id",
        kind,
    )
    for position, (text, correct, tolerance) in enumerate(choices, start=1):
        run(
            "INSERT INTO choices (question_id, position, text, is_correct, tolerance, feedback)"
            " VALUES (%s, %s, %s, %s, %s, '')",
            key,
            position,
            text,
            correct,
            tolerance,
        )
    return key


RIGHT, WRONG = ("yes", True, None), ("no", False, None)
FREEZE = "INSERT INTO question_revisions (question_id, reason) VALUES (%s, '')"


def publish(question: Any) -> Any:
    ((revision,),) = run(f"{FREEZE} RETURNING id", question)
    run(
        "UPDATE questions SET status = 'active', published_revision_id = %s WHERE id = %s",
        revision,
        question,
    )
    return revision


def make_category(parent: Any = None, exam: Any = None, code: str = "A") -> Any:
    ((key,),) = run(
        "INSERT INTO categories (parent_id, exam_id, kind, code, name, position)"
        " VALUES (%s, %s, 'topic', %s, %s, 0) RETURNING id",
        parent,
        exam,
        code,
        code,
    )
    return key


@pytest.mark.parametrize(
    ("kind", "choices", "problem"),
    [
        ("single", (RIGHT, RIGHT), "exactly one correct"),
        ("single", (WRONG, WRONG), "exactly one correct"),
        ("multiple", (WRONG, WRONG), "at least one correct"),
        ("true_false", (RIGHT, WRONG, WRONG), "exactly two choices"),
        ("short_answer", (), "accepted answer"),
        ("numeric", (("12", True, None),), "tolerance"),
        ("numeric", (("twelve", True, 0),), "is a number"),
    ],
)
def test_publishing_an_incomplete_question_is_refused(
    kind: str, choices: tuple[Any, ...], problem: str
) -> None:
    refuses(problem, FREEZE, make_question(kind, *choices))


@pytest.mark.parametrize(
    ("kind", "choices"),
    [
        ("single", (RIGHT, WRONG)),
        ("multiple", (RIGHT, RIGHT, WRONG)),
        ("true_false", (RIGHT, WRONG)),
        ("short_answer", (RIGHT,)),
        ("numeric", (("-1.5e3", True, 0.5),)),
    ],
)
def test_publishing_a_complete_question_works(kind: str, choices: tuple[Any, ...]) -> None:
    publish(make_question(kind, *choices))


def test_active_without_revision_is_refused() -> None:
    question = make_question()
    refuses(
        "has_published_revision", "UPDATE questions SET status = 'active' WHERE id = %s", question
    )


def test_live_question_never_goes_back_to_draft() -> None:
    question = make_question("single", RIGHT, WRONG)
    publish(question)
    refuses("transition", "UPDATE questions SET status = 'draft' WHERE id = %s", question)


def test_revision_of_another_question_is_refused() -> None:
    revision = publish(make_question("single", RIGHT, WRONG))
    other = make_question("single", RIGHT, WRONG)
    refuses(
        "published_revision_is_of_this_question",
        "UPDATE questions SET published_revision_id = %s WHERE id = %s",
        revision,
        other,
    )


@pytest.mark.parametrize(
    "sql", ["UPDATE question_revisions SET reason = 'x'", "DELETE FROM question_revisions"]
)
def test_revisions_are_append_only(sql: str) -> None:
    publish(make_question("single", RIGHT, WRONG))
    refuses("append-only", sql)


def test_unanswered_question_goes_with_its_revisions() -> None:
    question = make_question("single", RIGHT, WRONG)
    publish(question)
    run("DELETE FROM choices WHERE question_id = %s", question)
    run("DELETE FROM questions WHERE id = %s", question)
    assert run("SELECT count(*) FROM question_revisions") == [(0,)]


def test_answered_question_stays_and_can_be_retired() -> None:
    question = make_question()
    run("UPDATE questions SET answered = true WHERE id = %s", question)
    refuses("Cannot delete", "DELETE FROM questions WHERE id = %s", question)
    refuses("Cannot update", "UPDATE questions SET answered = false WHERE id = %s", question)
    run("UPDATE questions SET status = 'retired' WHERE id = %s", question)


def test_positions_may_swap_but_not_meet() -> None:
    question = make_question("single", RIGHT, WRONG)
    run("UPDATE choices SET position = 3 - position WHERE question_id = %s", question)
    run("SET CONSTRAINTS ALL IMMEDIATE")
    refuses("positions", "UPDATE choices SET position = 1 WHERE question_id = %s", question)


def test_category_is_never_its_own_ancestor() -> None:
    root = make_category()
    leaf = make_category(make_category(root, code="B"), code="C")
    refuses("below itself", "UPDATE categories SET parent_id = %s WHERE id = %s", leaf, root)
    refuses("below itself", "UPDATE categories SET parent_id = id WHERE id = %s", root)


def test_category_stays_in_its_parents_exam() -> None:
    ((exam,),) = run(
        "INSERT INTO exams (code, title, description) VALUES ('X', 'X', '') RETURNING id"
    )
    root = make_category()
    refuses(
        "same exam",
        "INSERT INTO categories (parent_id, exam_id, kind, code, name, position)"
        " VALUES (%s, %s, 'topic', 'Z', 'Z', 0)",
        root,
        exam,
    )


PLACE = "INSERT INTO question_categories (question_id, category_id, is_primary) VALUES (%s, %s, %s)"


def test_placed_question_has_exactly_one_primary_category() -> None:
    question, first, second = make_question(), make_category(), make_category(code="B")
    refuses("primary", PLACE, question, first, False)
    run(PLACE, question, first, True)
    refuses("one_primary_category", PLACE, question, second, True)
    run("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_question_whose_primary_category_goes_keeps_one() -> None:
    question, first, second = make_question(), make_category(), make_category(code="B")
    run_at_once(PLACE, question, first, True)
    run_at_once(PLACE, question, second, False)
    other = make_question()
    primary = "question_categories SET {} WHERE question_id = %s AND is_primary"

    refuses("primary", "DELETE FROM question_categories WHERE category_id = %s", first)
    refuses("primary", f"UPDATE {primary.format('is_primary = false')}", question)
    refuses("primary", f"UPDATE {primary.format('question_id = %s')}", other, question)

    run("SET CONSTRAINTS ALL DEFERRED")
    run("DELETE FROM question_categories WHERE category_id = %s", first)
    run_at_once("UPDATE question_categories SET is_primary = true WHERE category_id = %s", second)
    run_at_once("DELETE FROM question_categories WHERE question_id = %s", question)


def test_system_and_topic_follow_a_moved_subtree() -> None:
    root, other = make_category(), make_category(code="B")
    topic = make_category(root, code="C")
    leaf = make_category(topic, code="D")
    question = make_question()
    run(PLACE, question, leaf, True)
    placed = "SELECT system_id, topic_id FROM questions WHERE id = %s"
    assert run(placed, question) == [(root, topic)]

    run("UPDATE categories SET parent_id = %s WHERE id = %s", other, topic)

    assert run(placed, question) == [(other, topic)]
    run("SET CONSTRAINTS ALL IMMEDIATE")


def test_unpublished_changes_come_and_go_with_the_text() -> None:
    question = make_question("single", RIGHT, WRONG)
    publish(question)
    flag = "SELECT has_unpublished_changes FROM questions WHERE id = %s"
    assert run(flag, question) == [(False,)]

    run("UPDATE choices SET text = 'maybe' WHERE question_id = %s AND NOT is_correct", question)
    assert run(flag, question) == [(True,)]

    run("UPDATE choices SET text = 'no' WHERE question_id = %s AND NOT is_correct", question)
    assert run(flag, question) == [(False,)]


def test_version_rises_with_edits_and_not_with_metrics() -> None:
    question = make_question("single", RIGHT, WRONG)
    ((before,),) = run("SELECT version FROM questions WHERE id = %s", question)
    run("UPDATE questions SET success_rate = 41 WHERE id = %s", question)
    assert run("SELECT version FROM questions WHERE id = %s", question) == [(before,)]

    run("UPDATE questions SET stem = 'Which two?' WHERE id = %s", question)

    assert run("SELECT version FROM questions WHERE id = %s", question) == [(before + 1,)]


def test_history_sees_plain_sql_and_is_append_only() -> None:
    question = make_question("single", RIGHT, WRONG)
    run("UPDATE questions SET stem = 'Which two?' WHERE id = %s", question)
    events = (
        "SELECT pgh_label, stem FROM quizbank_questionevent WHERE pgh_obj_id = %s ORDER BY pgh_id"
    )
    assert run(events, question) == [("insert", "Which one?"), ("update", "Which two?")]
    refuses("Cannot", "UPDATE quizbank_questionevent SET stem = 'x'")


@pytest.mark.parametrize(
    ("page", "field"),
    [("exam", "code"), ("lightningquestion", "id"), ("question", "external_id")],
)
def test_code_that_no_index_could_hold_is_refused_in_words(page: str, field: str) -> None:
    code = "".join(chr(0x4E00 + n) for n in range(5_000))

    answer = visit_as("content").post(f"/admin/quizbank/{page}/add/", {field: code})

    assert answer.status_code == 200
    assert "has 200 characters at most" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "most", "words"),
    [
        ("stem", 100_000, "Stem has 100,000 characters at most"),
        ("explanation", 100_000, "Explanation has 100,000 characters at most"),
        ("tags", 100, "A tag has 100 characters at most"),
    ],
)
def test_text_without_end_is_refused_in_words(field: str, most: int, words: str) -> None:
    content = visit_as("content")
    for length, refused in ((most, False), (most + 1, True)):
        answer = content.post("/admin/quizbank/question/add/", {field: f"{'x' * length}"})
        assert (words in answer.content.decode()) is refused


def test_text_without_end_is_refused_in_sql_too() -> None:
    make_question("single", RIGHT, WRONG)
    long = "x" * 100_001
    refuses("question_stem_is_bounded", "UPDATE questions SET stem = %s", long)
    refuses("question_explanation_is_bounded", "UPDATE questions SET explanation = %s", long)
    refuses("choice_text_is_bounded", "UPDATE choices SET text = %s", long)
    refuses("choice_feedback_is_bounded", "UPDATE choices SET feedback = %s", long)
    run("UPDATE questions SET tags = ARRAY[repeat('x', 100), repeat('y', 100)]")
    refuses("question_tags_are_short", "UPDATE questions SET tags = ARRAY['x', %s]", "y" * 101)


def test_external_id_is_unique_without_an_exam_too() -> None:
    first, second = make_question(), make_question()
    run("UPDATE questions SET external_id = 'T1A01' WHERE id = %s", first)
    refuses("external_id", "UPDATE questions SET external_id = 'T1A01' WHERE id = %s", second)
