"""What members did, and the figures that follow from it."""

from __future__ import annotations

from uuid import UUID

from flavors import rollups
from quizbank.intake.counting import recount_answers
from tests.faults.book import Book
from tests.faults.checks import Found, few, rows
from tests.faults.house import House


def answers_are_there(house: House, book: Book) -> Found:
    sessions = list({session for session, _ in (*book.answers, *book.queued)})
    stored = {
        (session, question): choices[0] if choices else None
        for session, question, choices in rows(
            "SELECT session_id, question_id, choice_ids FROM public.answers"
            " WHERE status <> 'skipped' AND session_id = ANY(%s::uuid[])",
            sessions,
        )
    }
    lost = [key for key in book.answers if key not in stored]
    lost += [key for key in book.queued if key not in stored and key not in book.wiped]
    wanted = book.queued | book.answers
    other = [key for key, choice in stored.items() if key not in wanted or wanted[key] != choice]
    excused = sum(key not in stored for key in book.wiped)
    wrong = [f"lost: {key}" for key in lost] + [f"not as it was given: {key}" for key in other]
    figure = (
        f"{len(book.answers):,} acknowledged, {len(book.queued):,} queued,"
        f" {len(stored):,} there once each; {excused:,} stood in Redis when it was wiped"
    )
    return Found("Answers", figure, few(wrong))


def scores_are_right(house: House, book: Book) -> Found:
    stored = dict(
        rows(
            "SELECT id, score FROM public.all_quiz_sessions"
            " WHERE status = 'completed' AND id = ANY(%s::uuid[])",
            list(book.scores),
        )
    )
    wrong = [
        f"{key}: {score}, stored {stored.get(key)}"
        for key, score in book.scores.items()
        if stored.get(key) is None or float(stored[key]) != score
    ]
    return Found("Scores of sessions", f"{len(book.scores):,} as they were told", few(wrong))


def figures_equal_a_recount(house: House, book: Book) -> Found:
    compared = recount_answers()
    wrong = [f"{row.figure}: {row.different:,} of {row.checked:,}" for row in compared]
    wrong = [text for text, row in zip(wrong, compared, strict=True) if row.different]
    checked = sum(row.checked for row in compared)
    return Found("Figures of learning", f"{checked:,} equal a recount", few(wrong))


def interactions_are_there(house: House, book: Book) -> Found:
    found: set[UUID] = {
        key
        for (key,) in rows(
            "SELECT id FROM public.user_interactions WHERE id = ANY(%s::uuid[])",
            list(book.interactions),
        )
    }
    lost = book.interactions - found
    return Found("Interactions", f"{len(book.interactions):,} there", few(lost))


def descriptors_are_there(house: House, book: Book) -> Found:
    stored = dict(
        rows(
            "SELECT source_id, count(*) FROM public.flavor_descriptors"
            " WHERE source_id = ANY(%s::uuid[]) GROUP BY 1",
            list(book.descriptors),
        )
    )
    wrong = [
        f"source {key}: {stored.get(key, 0)} and not {wanted}"
        for key, wanted in book.descriptors.items()
        if stored.get(key, 0) != wanted
    ]
    many = sum(book.descriptors.values())
    return Found("Descriptors", f"{many:,} in {len(book.descriptors):,} batches", few(wrong))


def rollups_equal_a_full_count(house: House, book: Book) -> Found:
    for name in rollups.VIEWS:
        rows("SELECT public.refresh_view(%s, 'faults', false)", name)
    wrong = rollups.differences()
    return Found("Roll-ups of descriptors", f"{len(rollups.VIEWS)} views", few(wrong))


def boards_are_right(house: House, book: Book) -> Found:
    rows("SELECT public.refresh_assessment_leaderboard()")
    wrong = rows("SELECT * FROM public.check_leaderboard()")
    [(members,)] = rows("SELECT count(*) FROM public.assessment_leaderboard")
    return Found("Leaderboards", f"every rank of {members:,} members", few(wrong))


MEMBERS = (
    answers_are_there,
    scores_are_right,
    figures_equal_a_recount,
    interactions_are_there,
    descriptors_are_there,
    rollups_equal_a_full_count,
    boards_are_right,
)
