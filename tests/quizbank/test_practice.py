"""The practice leaderboard: who is on it, ranks, the screen, the file."""

from __future__ import annotations

import csv
import io
import re
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ops.models import AuditEntry
from quizbank import practice
from quizbank.practice import board, ranked
from tests.quizbank.learning import learner, run
from tests.screens import visit_as

BOARD = "/admin/quizbank/practicestanding/"


def practised(name: str, score: float | None, answers: int = 50) -> UUID:
    member = learner(name)
    run(
        "INSERT INTO performance_summaries (user_id, total_questions_answered,"
        " total_correct_answers, sessions_completed, average_score, best_score)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        member, answers, answers // 2, 0 if score is None else 2, score, score,
    )  # fmt: skip
    return member


def text_of(client: Client, query: str = "") -> str:
    answer = client.get(BOARD + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_practice_is_a_tab_among_the_boards(db: None) -> None:
    client = visit_as("content")
    boards = "/admin/assessments/leaderboardrow/"

    for address in (BOARD, f"{boards}technical/"):
        page = client.get(address).content.decode()
        tabs = re.findall(r'class="steward-tab" href="([^"]+)"', page)
        assert tabs[0] == f"{boards}overall/"
        assert tabs[-1] == BOARD
        assert len(tabs) == 6


def test_equal_averages_share_a_rank_and_the_next_is_as_far_off(db: None) -> None:
    for name, score in (("Ada", 90), ("Bo", 80.5), ("Cy", 80.5), ("Di", 70)):
        practised(name, score)
    page = board(least=1)
    assert [(row.rank, row.tied) for row in page.rows] == [
        (1, False), (2, True), (2, True), (4, False),
    ]  # fmt: skip
    assert (page.earlier, page.later) == (None, None)


def test_pages_go_on_from_a_member_with_the_ranks_of_the_board(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(practice, "PAGE", 3)
    for score in (90, 80, 80, 80, 80, 70.25, 70.24, 60):
        practised(f"At {score}", score)
    run("UPDATE members SET is_active = false WHERE id = %s", practised("Hidden", 85))

    first = board(least=1)
    second = board(least=1, after=first.later)
    third = board(least=1, after=second.later)

    assert [row.rank for page in (first, second, third) for row in page.rows] == [
        1, 2, 2, 2, 2, 6, 7, 8,
    ]  # fmt: skip
    assert [row.tied for row in second.rows] == [True, True, False]
    assert (first.earlier, third.later) == (None, None)
    assert board(least=1, before=third.earlier) == second
    assert board(least=1, before=second.earlier).rows == first.rows
    assert {page.ranked for page in (first, second, third)} == {8}


def test_of_a_tie_more_answers_stand_first(db: None) -> None:
    practised("Few", 80, 50)
    practised("Many", 80, 500)
    assert [row.name for row in board(least=1).rows] == ["Many", "Few"]


def test_hidden_unscored_and_those_with_few_answers_have_no_rank(db: None) -> None:
    practised("Ada", 50, 30)
    run("UPDATE members SET is_active = false WHERE id = %s", practised("Hidden", 100))
    practised("Unscored", None)
    practised("Few", 90, 29)
    assert [(row.rank, row.name) for row in board(least=30).rows] == [(1, "Ada")]
    assert [row.name for row in board(least=29).rows] == ["Few", "Ada"]
    assert (ranked(30), ranked(29), ranked(31)) == (1, 2, 0)


def test_who_is_searched_for_keeps_the_rank_of_the_board(db: None) -> None:
    practised("Ada", 90)
    bo = practised("Bo Derek", 80)
    ops = visit_as("ops")
    for client in (ops, visit_as("content")):
        for query in ("?q=derek", f"?q={bo}"):
            text = text_of(client, query)
            assert '<td class="board-rank">2</td>' in text
            assert ">Ada<" not in text
    assert "Nobody on the board is found" in text_of(ops, "?q=zzz")


def test_a_wrong_number_says_so_and_shows_the_board(db: None) -> None:
    practised("Ada", 90)
    client = visit_as("analysts")
    for least in ("0", "-1", "x", "9" * 30, "1.5"):
        text = text_of(client, f"?least={least}")
        assert "steward-error" in text
        assert "Ada" in text


def test_without_anybody_it_says_what_is_missing(db: None) -> None:
    client = visit_as("moderators")
    assert "Nobody has 30 answers" in text_of(client)
    practised("Ada", 90)
    assert "that place is gone" in text_of(client, f"?after={uuid4()}")
    assert "steward-error" in text_of(client, "?after=9")


def test_board_says_what_waits_to_be_counted(db: None) -> None:
    client = visit_as("analysts")
    assert "every answer that came in is counted" in text_of(client)
    run("INSERT INTO uncounted_answers (session_id) VALUES (uuidv7())")
    run("UPDATE uncounted_answers SET added_at = '2026-11-20 10:00+00'")
    assert "Answers since 2026-11-20 10:00:00" in text_of(client)


def test_file_has_the_whole_board_with_names_for_who_may(db: None) -> None:
    ada = practised("=Ada", 90)
    practised("Bo", 80, 10)
    found = {}
    for role in ("ops", "analysts"):
        answer = visit_as(role).post(f"{BOARD}export/?least=20")
        text = b"".join(answer.streaming_content).decode()
        found[role] = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(row["rank"], row["name"], row["average_score"]) for row in found["ops"]] == [
        ("1", "'=Ada", "90.00")
    ]
    assert [(row["rank"], row["member"]) for row in found["analysts"]] == [("1", str(ada))]
    assert "name" not in found["analysts"][0]
    entry = AuditEntry.objects.filter(action="export").latest("id")
    assert (entry.entity_id, entry.details["count"]) == ("practice", 1)


@pytest.mark.parametrize("role", ["content"])
def test_who_may_not_export_sees_no_button(db: None, role: str) -> None:
    practised("Ada", 90)
    client = visit_as(role)
    assert "as CSV" not in client.get(BOARD).content.decode()
    assert client.post(f"{BOARD}export/").status_code == 403


def test_board_asks_as_much_for_many_as_for_one(db: None) -> None:
    client = visit_as("superuser")
    counts = []
    for quantity in (1, 19):
        for number in range(quantity):
            practised(f"Member {number}", 50 + number)
        client.get(BOARD)
        with CaptureQueriesContext(connection) as captured:
            client.get(BOARD)
        counts.append(len(captured))
    assert counts[0] == counts[1]
