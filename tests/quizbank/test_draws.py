"""Draws: which questions, in which preference, and how evenly."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from uuid import UUID, uuid4

import pytest

from tests.quizbank.learning import learner, plain_answer, run, value
from tests.quizbank.stock import category, draw, exam, met, rebuild, shortage, stocked

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> UUID:
    return learner("Ada")


@pytest.fixture
def topic() -> int:
    return category("OSPF", category("ROUTING"))


def other_system() -> int:
    return category("ACL", category("SECURITY"))


# --- By filter -----------------------------------------------------------------------------------
def test_filters_narrow(topic: int) -> None:
    net = exam("NET")
    mine = stocked(3, topic=topic, difficulty="hard", exams=(net,))
    easy = stocked(2, topic=topic)
    stocked(2, topic=other_system(), difficulty="hard")
    stocked(2)
    rebuild()
    system = value("SELECT parent_id FROM categories WHERE id = %s", topic)
    assert len(draw(50)) == 9
    assert set(draw(50, topic=topic)) == {*mine, *easy}
    assert set(draw(50, system=system, difficulty="hard")) == set(mine)
    assert set(draw(50, exam=net)) == set(mine)
    assert draw(50, topic=topic, difficulty="medium") == []


def test_subjects_narrow() -> None:
    subject = value("INSERT INTO subjects (code, name) VALUES ('s', 'S') RETURNING id")
    first, _ = stocked(2)
    run("UPDATE questions SET subject_id = %s WHERE id = %s", subject, first)
    rebuild()
    assert draw(5, subject=subject) == [first]


@pytest.mark.parametrize("count", [1, 7, 20, 21, 100])
def test_never_twice_in_one_draw(topic: int, count: int) -> None:
    stocked(12, topic=topic)
    stocked(5, uses=4)
    stocked(4, difficulty="hard")
    rebuild()
    drawn = draw(count)
    assert len(set(drawn)) == len(drawn) == min(count, 21)


def test_a_draw_gives_the_latest_published_revision_and_nothing_retired() -> None:
    """What changed since the rebuild is not drawn as it was."""
    retired, published_anew, moved, kept = stocked(4)
    rebuild()
    run("UPDATE questions SET status = 'retired' WHERE id = %s", retired)
    run("UPDATE questions SET stem = 'Edited?' WHERE id = %s", published_anew)
    revision = value(
        "INSERT INTO question_revisions (question_id, reason) VALUES (%s, '') RETURNING id",
        published_anew,
    )
    run("UPDATE questions SET published_revision_id = %s WHERE id = %s", revision, published_anew)
    run("UPDATE questions SET difficulty = 'hard' WHERE id = %s", moved)
    rows = dict(run("SELECT * FROM draw_questions(NULL, 'filter', '{\"difficulty\":\"easy\"}', 9)"))
    assert set(rows) == {published_anew, kept}
    assert rows[published_anew] == revision


def test_what_waits_is_drawn_if_the_pools_run_short(topic: int) -> None:
    in_stock = stocked(2, topic=topic)
    rebuild()
    fresh = stocked(2, topic=topic)
    stocked(2)
    assert set(draw(3, topic=topic)) <= {*in_stock, *fresh}
    assert set(draw(9, topic=topic)) == {*in_stock, *fresh}


def test_a_pool_that_runs_short_says_so(topic: int) -> None:
    stocked(3, topic=topic)
    rebuild()
    assert len(draw(10, topic=topic)) == 3
    assert shortage(10, 3, topic=topic) == "3 published questions match."
    assert shortage(3, 3, topic=topic) is None


# --- Preferences ---------------------------------------------------------------------------------
def test_the_least_used_come_first(topic: int) -> None:
    often, seldom = stocked(4, uses=900), stocked(4, uses=5, topic=topic)
    never = stocked(2)
    rebuild()
    assert set(draw(2)) == set(never)
    assert set(never) < set(draw(4)) <= {*never, *seldom}
    assert {*never, *seldom} < set(draw(8)) < {*never, *seldom, *often}


def test_what_the_member_met_lately_comes_last_the_longest_ago_first(ada: UUID) -> None:
    questions = stocked(6)
    run("UPDATE question_difficulty SET attempt_count = 0")
    rebuild()
    met(ada, questions[:2], days_ago=2)
    met(ada, questions[2:4], days_ago=9)
    met(ada, questions[4:5], days_ago=40)
    new = set(questions[4:])
    for _ in range(5):
        assert set(draw(2, member=ada)) == new
        assert set(draw(4, member=ada)) == new | set(questions[2:4])
    assert set(draw(9, member=ada)) == set(questions)
    assert len(draw(2, member=learner("Bo"))) == 2


def test_a_member_goes_through_a_pool_before_anything_comes_again(ada: UUID) -> None:
    questions = stocked(90)
    rebuild()
    seen: list[UUID] = []
    for n in range(9):
        drawn = draw(10, member=ada)
        met(ada, drawn, days_ago=1 - n / 100)
        seen += drawn
    assert len(set(seen)) == len(seen) == len(questions)
    assert set(draw(10, member=ada)) == set(seen[:10])


def test_sessions_draw_by_it(ada: UUID) -> None:
    questions = stocked(4)
    rebuild()
    drawn = []
    for _ in range(2):
        session = value("SELECT start_quiz_session(%s, 2)", ada)
        drawn += value("SELECT question_ids FROM quiz_sessions WHERE id = %s", session)
        run("SELECT abandon_quiz_session(%s)", session)
    assert sorted(drawn) == sorted(questions)


# --- Evenness ------------------------------------------------------------------------------------
ROUNDS, BANK, DRAWN = 1_500, 60, 10


def chi_square(counts: list[int], expected: float) -> float:
    return sum((count - expected) ** 2 / expected for count in counts)


@pytest.mark.parametrize("level", [0, 5])
def test_equals_are_drawn_evenly_alone_and_in_pairs(topic: int, level: int) -> None:
    """Two pools of unequal size; bounds that fair draws pass but for one time in 10⁹."""
    questions = stocked(20, topic=topic, uses=level) + stocked(40, difficulty="hard", uses=level)
    stocked(5, uses=200)
    rebuild()
    run("SELECT setseed(0.4)")
    draws = [draw(DRAWN) for _ in range(ROUNDS)]
    alone = Counter(key for drawn in draws for key in drawn)
    pairs = Counter(pair for drawn in draws for pair in combinations(sorted(drawn), 2))
    assert set(alone) == set(questions)
    assert chi_square([alone[key] for key in questions], ROUNDS * DRAWN / BANK) < 150
    every = list(combinations(sorted(questions), 2))
    share = DRAWN * (DRAWN - 1) / (BANK * (BANK - 1))
    assert chi_square([pairs[pair] for pair in every], ROUNDS * share) < 1770 + 6.5 * 60


def test_places_in_the_session_are_even_too() -> None:
    """The order says nothing about how often a question was used."""
    (new,) = stocked(1)
    stocked(9, uses=7)
    rebuild()
    run("SELECT setseed(0.4)")
    places = Counter(draw(10).index(new) for _ in range(500))
    assert chi_square([places[n] for n in range(10)], 50) < 60


def test_draws_of_a_big_bank_are_even(ada: UUID) -> None:
    """Among so many that a draw reads a part of them, with some met lately."""
    keys = stocked(1)
    place = "0 0 0 easy"
    many = [uuid4() for _ in range(999)]
    run(
        "INSERT INTO questions (id, stem, explanation, media, difficulty, kind, status, tags,"
        " is_premium, is_user_generated, answered)"
        " SELECT id, 'Q ' || id, '', '[]', 'easy', 'true_false', 'draft', '{}', false, false, false"
        " FROM unnest(%s::uuid[]) AS id",
        many,
    )
    run(
        "INSERT INTO choices (question_id, position, text, is_correct, feedback)"
        " SELECT id, n, n::text, n = 1, '' FROM unnest(%s::uuid[]) AS id, generate_series(1, 2) n",
        many,
    )
    run("INSERT INTO question_revisions (question_id, reason) SELECT unnest(%s::uuid[]), ''", many)
    run(
        "UPDATE questions SET status = 'active', published_revision_id = r.id"
        " FROM question_revisions AS r WHERE r.question_id = questions.id AND status = 'draft'"
    )
    assert value("SELECT bool_and(key = %s) FROM waiting_question_pools", place)
    rebuild()
    met(ada, many[:100])
    run("SELECT setseed(0.4)")
    counts = Counter(key for _ in range(800) for key in draw(50, member=ada))
    fresh = keys + many[100:]
    assert set(counts) == set(fresh)
    assert chi_square([counts[key] for key in fresh], 800 * 50 / 900) < 899 + 6.5 * 42


# --- Adaptive ------------------------------------------------------------------------------------
def answered(member: UUID, right: int, wrong: int) -> None:
    for n in range(right + wrong):
        plain_answer(value("SELECT uuidv7()"), member, is_correct=n < right)


@pytest.mark.parametrize(
    ("right", "wrong", "lowest", "highest"),
    [
        (0, 0, 40, 70),
        (9, 0, 40, 70),
        (10, 0, 20, 50),
        (8, 2, 30, 60),
        (6, 4, 40, 70),
        (5, 5, 40, 70),
        (4, 6, 50, 80),
        (0, 10, 60, 90),
    ],
)
def test_the_band_moves_with_the_member(
    ada: UUID, right: int, wrong: int, lowest: int, highest: int
) -> None:
    answered(ada, right, wrong)
    rates = (19, 20, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 91)
    of = {stocked(1, success=rate, uses=9)[0]: rate for rate in rates}
    stocked(3)
    rebuild()
    drawn = draw(50, "adaptive", ada)
    assert sorted(of[key] for key in drawn) == [r for r in rates if lowest <= r <= highest]


def test_only_the_last_fifty_answers_count(ada: UUID) -> None:
    answered(ada, 0, 30)
    for n in range(50):
        later = value("SELECT now() + make_interval(secs => %s)", n + 1)
        plain_answer(value("SELECT uuidv7()"), ada, answered_at=later)
    assert run("SELECT answers, accuracy, lowest FROM draw_scope(%s, 'adaptive')", ada) == [
        (50, 100, 20)
    ]


def test_an_adaptive_draw_that_runs_short_says_why(ada: UUID, topic: int) -> None:
    stocked(2, topic=topic, success=50)
    stocked(3, topic=topic)
    rebuild()
    assert len(draw(10, "adaptive", ada, topic=topic)) == 2
    assert shortage(10, 2, "adaptive", ada, topic=topic) == (
        "Of 5 published questions that match, 2 have a success rate from 40 to 70 percent."
    )


# --- Weak areas ----------------------------------------------------------------------------------
def progress(member: UUID, **accuracies: float) -> None:
    run(
        "INSERT INTO user_progress (user_id, area_stats)"
        " SELECT %s, jsonb_object_agg(c.id, jsonb_build_object('accuracy', accuracy))"
        " FROM unnest(%s::text[], %s::numeric[]) AS area (code, accuracy)"
        " JOIN categories AS c USING (code)",
        member,
        list(accuracies),
        [float(each) for each in accuracies.values()],
    )


def test_weak_areas_are_topics_under_60_percent(ada: UUID, topic: int) -> None:
    strong = category("BGP", value("SELECT parent_id FROM categories WHERE id = %s", topic))
    weak = stocked(2, topic=topic)
    stocked(2, topic=strong)
    at_the_root = stocked(1, topic=category("ALONE"))
    stocked(2)
    rebuild()
    # The system as a whole is weak: its strong topic is none the less.
    progress(ada, ROUTING=50, OSPF=59.99, BGP=60, ALONE=0)
    assert set(draw(9, "weak_areas", ada)) == {*weak, *at_the_root}
    assert set(draw(9, "weak_areas", ada, topic=topic)) == set(weak)


def test_without_weak_areas_it_says_so(ada: UUID) -> None:
    stocked(2)
    rebuild()
    assert draw(9, "weak_areas", ada) == []
    assert shortage(9, 0, "weak_areas", ada) == "The member has no category under 60 percent."
    assert "takes a member" in str(shortage(9, 0, "weak_areas"))
    category("OSPF")
    progress(ada, OSPF=10)
    assert "0 are in the" in str(shortage(9, 0, "weak_areas", ada))
