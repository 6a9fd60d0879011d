"""What stands in a pool, what makes it wait for a rebuild, and the runs that rebuild."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from ops.models import Run
from ops.registry import Schedule, declared
from ops.runner import perform
from ops.runs import enqueue
from tests.assessments.roles import ANON, MEMBER, ask
from tests.quizbank.learning import learner, run, value
from tests.quizbank.stock import category, exam, rebuild, stocked

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic() -> int:
    return category("OSPF", category("ROUTING"))


def pool(**key: Any) -> set[UUID] | None:
    """The questions of the whole bank's pool of that topic and difficulty."""
    rows = run(
        "SELECT question_ids FROM question_pools WHERE topic_id IS NOT DISTINCT FROM %s"
        " AND exam_id IS NOT DISTINCT FROM %s AND difficulty = %s",
        key.get("topic"),
        key.get("exam"),
        key.get("difficulty", "easy"),
    )
    return set(rows[0][0]) if rows else None


def waits() -> bool:
    return value("SELECT count(*) > 0 FROM waiting_question_pools")


def test_a_pool_holds_the_active_questions_of_its_place_as_published(topic: int) -> None:
    easy, hard = stocked(3, topic=topic), stocked(2, topic=topic, difficulty="hard")
    elsewhere = stocked(1)
    assert rebuild() == (3, 3, 6)
    assert pool(topic=topic) == set(easy)
    assert pool(topic=topic, difficulty="hard") == set(hard)
    assert pool() == set(elsewhere)
    assert value(
        "SELECT bool_and(p.revision_ids[n] = q.published_revision_id) FROM question_pools AS p,"
        " generate_subscripts(p.question_ids, 1) AS n, questions AS q"
        " WHERE q.id = p.question_ids[n]"
    )


def test_an_exam_has_pools_of_its_own(topic: int) -> None:
    net, ham = exam("NET"), exam("HAM")
    both, one = stocked(2, topic=topic, exams=(net, ham)), stocked(1, topic=topic, exams=(net,))
    none = stocked(1, topic=topic)
    rebuild()
    assert pool(topic=topic) == {*both, *one, *none}
    assert pool(topic=topic, exam=net) == {*both, *one}
    assert pool(topic=topic, exam=ham) == set(both)
    run("DELETE FROM question_exams WHERE exam_id = %s", ham)
    rebuild()
    assert pool(topic=topic, exam=ham) is None


def test_levels_and_tiers_describe_the_order() -> None:
    stocked(2, uses=9, success=45)
    stocked(1, uses=4, success=72)
    stocked(3)
    stocked(1, uses=1, success=100)
    rebuild()
    levels = run("SELECT level_uses, level_starts, level_sizes FROM question_pools")
    assert levels == [([0, 1, 2], [1, 4, 5], [3, 1, 3])]
    tiers = run("SELECT tier_uses, tier_success, tier_starts, tier_sizes FROM question_pools")
    assert tiers == [([0, 1, 2, 2], [-1, 10, 4, 7], [1, 4, 5, 7], [3, 1, 2, 1])]
    run("SELECT list_all_pools()")
    rebuild()
    assert value(
        "SELECT array_agg(coalesce(d.attempt_count, 0) ORDER BY n) FROM question_pools AS p,"
        " unnest(p.question_ids) WITH ORDINALITY AS q (id, n)"
        " LEFT JOIN question_difficulty AS d ON d.question_id = q.id"
    ) == [0, 0, 0, 1, 9, 9, 4]


def test_a_rebuild_shuffles() -> None:
    stocked(30)
    orders = set()
    for _ in range(3):
        run("SELECT list_all_pools()")
        rebuild()
        orders.add(tuple(value("SELECT question_ids FROM question_pools")))
    assert len(orders) == 3


@pytest.mark.parametrize(
    ("uses", "level"),
    [(None, 0), (0, 0), (1, 1), (3, 1), (4, 2), (15, 2), (16, 3), (1023, 5), (1024, 6)],
)
def test_levels_of_use_grow_by_four(uses: int | None, level: int) -> None:
    assert value("SELECT use_level(%s)", uses) == level


# --- What makes a pool wait ----------------------------------------------------------------------
def test_a_draft_edit_neither_drops_a_question_nor_makes_its_pool_wait(topic: int) -> None:
    (question,) = stocked(1, topic=topic)
    rebuild()
    run("UPDATE questions SET stem = 'Edited?', explanation = 'So.' WHERE id = %s", question)
    run("UPDATE choices SET text = 'maybe' WHERE question_id = %s", question)
    assert not waits()
    run("SELECT list_all_pools()")
    rebuild()
    assert pool(topic=topic) == {question}


def test_a_publication_brings_the_new_revision(topic: int) -> None:
    (question,) = stocked(1, topic=topic)
    rebuild()
    run("UPDATE questions SET stem = 'Edited?' WHERE id = %s", question)
    revision = value(
        "INSERT INTO question_revisions (question_id, reason) VALUES (%s, '') RETURNING id",
        question,
    )
    run("UPDATE questions SET published_revision_id = %s WHERE id = %s", revision, question)
    assert waits()
    rebuild()
    assert value("SELECT revision_ids FROM question_pools") == [revision]


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ("UPDATE questions SET status = 'retired'", None),
        (
            "DELETE FROM question_categories; DELETE FROM choices; DELETE FROM questions",
            None,
        ),
        ("UPDATE questions SET difficulty = 'hard'", None),
        ("DELETE FROM question_categories", None),
        ("UPDATE questions SET success_rate = 50", 1),
    ],
)
def test_changes_are_followed(topic: int, change: str, left: int | None) -> None:
    stocked(1, topic=topic)
    rebuild()
    run(change)
    assert waits()
    rebuild()
    assert not waits()
    found = pool(topic=topic)
    assert (len(found) if found else None) == left


def test_a_moved_category_takes_its_questions_along(topic: int) -> None:
    (question,) = stocked(1, topic=topic)
    rebuild()
    there = category("SWITCHING")
    run("UPDATE categories SET parent_id = %s WHERE id = %s", there, topic)
    rebuild()
    assert run("SELECT system_id, question_ids FROM question_pools") == [(there, [question])]


def test_figures_that_move_little_and_answers_make_nothing_wait() -> None:
    stocked(3, success=44)
    rebuild()
    run("UPDATE questions SET success_rate = 49.9, answered = true")
    assert not waits()


def test_a_thousand_changes_of_one_statement_are_one_line() -> None:
    stocked(20)
    rebuild()
    run("UPDATE questions SET status = 'retired'")
    assert value("SELECT count(*) FROM waiting_question_pools") == 1


def test_the_longest_waiting_come_first(topic: int) -> None:
    first, second = stocked(1, topic=topic), stocked(1)
    run("DELETE FROM waiting_question_pools")
    run("UPDATE questions SET difficulty = 'hard' WHERE id = ANY(%s)", first)
    run("UPDATE questions SET difficulty = 'medium' WHERE id = ANY(%s)", second)
    # Of the two keys of the first change.
    run("SELECT rebuild_waiting_pools(2)")
    assert pool(topic=topic, difficulty="hard") == set(first)
    assert pool(difficulty="medium") is None


# --- Runs ----------------------------------------------------------------------------------------
def done(target: str) -> Run:
    run_, _ = enqueue(operation="rebuild_pools", target=target, deliver=False)
    perform(run_.pk)
    run_.refresh_from_db()
    return run_


@pytest.mark.django_db(transaction=True)
def test_the_run_rebuilds_what_changed_or_all(topic: int) -> None:
    stocked(3, topic=topic)
    first = done("changed")
    assert (first.status, first.result) == ("completed", "1 pools with 3 questions.")
    assert done("changed").result == "Nothing had changed."
    everything = done("all")
    assert everything.figures == {"pools": 1, "questions": 3}
    assert (everything.progress_done, everything.progress_total) == (1, 1)
    assert "all" in done("half").error


def test_the_function_leaves_a_run_too() -> None:
    stocked(2)
    assert value("SELECT rebuild_question_pools()") == 1
    assert Run.objects.get(operation="rebuild_pools").result == "1 pools with 2 questions."


def test_they_are_rebuilt_daily_and_when_something_changed() -> None:
    schedules = [each for each in declared(Schedule).values() if each.operation == "rebuild_pools"]
    assert {(each.target, str(each.when)) for each in schedules} == {
        ("all", "daily at 02:30"),
        ("changed", "every 5 minutes"),
    }


# --- Lists ---------------------------------------------------------------------------------------
def test_a_list_has_every_question_of_its_pools_the_least_used_first(topic: int) -> None:
    net = exam("NET")
    stocked(3, topic=topic, exams=(net,))
    stocked(2, uses=900, success=55)
    stocked(4, difficulty="hard", uses=5)
    rebuild()
    kept = "SELECT exam_id, total, uses FROM question_pool_lists WHERE lowest IS NULL AND"
    assert run(f"{kept} difficulty IS NULL ORDER BY total") == [
        (net, 3, [0]),
        (None, 9, value("SELECT ARRAY[0, use_level(5), use_level(900)]")),
    ]
    assert run(f"{kept} difficulty = 'hard'") == [(None, 4, [value("SELECT use_level(5)")])]
    assert value(
        "SELECT bool_and((o.pools, o.uses, o.starts, o.befores, o.total)"
        " = (l.pools, l.uses, l.starts, l.befores, l.total)) FROM question_pool_lists AS l,"
        " pool_list(l.exam_id, NULL, NULL, NULL, l.difficulty, NULL, l.lowest, l.lowest + 30) AS o"
    )


def test_a_list_without_a_question_goes() -> None:
    net = exam("NET")
    (question,) = stocked(1, exams=(net,))
    stocked(1)
    rebuild()
    run("UPDATE questions SET status = 'retired' WHERE id = %s", question)
    rebuild()
    assert run("SELECT exam_id, total FROM question_pool_lists WHERE difficulty IS NULL") == [
        (None, 1)
    ]


# --- Who -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [ANON, MEMBER])
@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM question_pools",
        "SELECT * FROM waiting_question_pools",
        "SELECT * FROM question_pool_lists",
        "DELETE FROM question_pools",
        "INSERT INTO waiting_question_pools (key) VALUES ('0 0 0 easy')",
        "SELECT rebuild_question_pools()",
        "SELECT rebuild_waiting_pools(1)",
        "SELECT list_all_pools()",
        "SELECT list_pools('{NULL}')",
        "SELECT * FROM met_lately(%(bo)s, '{}')",
        "SELECT * FROM draw_questions(%(bo)s, 'filter', '{}', 10)",
        "SELECT * FROM explain_draw(%(bo)s, 'filter', '{}', 10)",
        "SELECT * FROM draw_scope(%(bo)s, 'adaptive')",
        "SELECT draw_shortage(%(bo)s, 'weak_areas', '{}', 10, 0)",
    ],
)
def test_clients_neither_read_pools_nor_draw(role: str, query: str) -> None:
    stocked(1)
    rebuild()
    ada, bo = learner("Ada"), learner("Bo")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        ask(role, ada, query.replace("%(bo)s", f"'{bo}'"))
