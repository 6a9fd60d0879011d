"""The boards on the screen: ranks, movement, pages, filters, effort."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from assessments.models import Member
from assessments.queries import boards
from tests.assessments.board_pages import BOARD, NOW, column, lines, link, ranked, refresh, text_of
from tests.assessments.people import make_member, make_session
from tests.hostile import HOSTILE
from tests.pages import complaints
from tests.screens import visit_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(db: None) -> Client:
    return visit_as("moderators")


# --- Ranks ---------------------------------------------------------------------------------------
def test_equal_scores_share_a_rank_and_the_next_one_is_as_far_off(staff: Client) -> None:
    ranked(50, 50, 30, 30, 10)
    refresh()

    answer = staff.get(BOARD)

    assert column(answer, 0) == ["1 = shared", "1 = shared", "3 = shared", "3 = shared", "5"]
    assert column(answer, 2) == [f"Member {number}" for number in range(5)]
    assert column(answer, 4) == ["100 %", "100 %", "50 %", "50 %", "0 %"]
    assert "5 members ranked" in text_of(answer)


def test_the_only_one_is_ahead_of_nobody(staff: Client) -> None:
    [member] = ranked(50)
    refresh()

    answer = staff.get(BOARD, {"at": member.pk})

    assert column(answer, 0) == ["1"]
    assert column(answer, 4) == [""]
    assert "rank 1 of 1, score 50, top 100 %, new" in text_of(answer)


@pytest.mark.parametrize("query", [{}, {"career_level": "mid"}, {"archetype": "explorer"}])
def test_a_filter_keeps_the_ranks(staff: Client, query: dict[str, str]) -> None:
    ranked(50, 40)
    ranked(45, 30, career_level="mid", archetype="explorer")
    ranked(20, career_level="entry", archetype="builder")
    refresh()

    answer = staff.get(BOARD, query)

    assert column(answer, 0) == {
        "mid": ["2", "4"],
        "explorer": ["1", "2", "3", "4"],
        None: ["1", "2", "3", "4", "5"],
    }.get(query.get("career_level") or query.get("archetype"), [])
    if query:
        assert f"{len(lines(answer))} of 5 match" in text_of(answer)


def test_filters_by_badge_and_period(staff: Client) -> None:
    ranked(50, badges=["ai_prodigy"])
    ranked(40, badges=["other"])
    old = make_member("Old")
    moment = NOW - timedelta(days=60)
    make_session(old, overall_score=45, started_at=moment, completed_at=moment, badges=[])
    refresh()
    day = f"{moment:%Y-%m-%d}"

    assert column(staff.get(BOARD, {"badge": "ai_prodigy"}), 0) == ["1"]
    assert column(staff.get(BOARD, {"period": "30"}), 0) == ["1", "3"]
    assert column(staff.get(BOARD, {"period": "90"}), 0) == ["1", "2", "3"]
    assert column(staff.get(BOARD, {"first": day, "last": day}), 2) == ["Old"]
    assert "Nobody matches" in text_of(staff.get(BOARD, {"last": "2001-01-01"}))


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"first": "2026-05-02", "last": "2026-05-01"}, "This day is before the first one."),
        ({"first": "yesterday"}, "Enter a valid date."),
        ({"period": "30", "first": "2026-05-02"}, "Choose a period, or days from and to"),
        ({"archetype": "\0"}, "Select a valid choice."),
        ({"badge": "no such"}, "Select a valid choice."),
        ({"period": "31"}, "Select a valid choice."),
    ],
)
def test_a_wrong_filter_says_what_is_wrong_and_shows_everybody(
    staff: Client, query: dict[str, str], problem: str
) -> None:
    ranked(50, 40)
    refresh()

    answer = staff.get(BOARD, query)

    assert problem in text_of(answer)
    assert column(answer, 0) == ["1", "2"]


def test_each_dimension_has_its_board(staff: Client) -> None:
    first, second = ranked(50, 40)
    make_session(first, overall_score=60, category_scores={"technical": 10}, badges=[])
    refresh()

    assert column(staff.get(f"{BOARD}technical/"), 2) == [str(second), str(first)]
    assert column(staff.get(f"{BOARD}overall/"), 2) == [str(first), str(second)]
    assert "Nobody has a score here yet." in text_of(staff.get(f"{BOARD}lightning/"))
    assert staff.get(f"{BOARD}strength/").status_code == 404


# --- Movement ------------------------------------------------------------------------------------
def test_movement_since_the_last_refresh_that_differed(staff: Client) -> None:
    _, b, _ = ranked(50, 40, 30)
    refresh()
    assert column(staff.get(BOARD), 1) == ["new"] * 3

    make_session(b, overall_score=90)
    ranked(10)
    refresh()
    refresh()

    expected = ["▲ 1 up 1 place", "▼ 1 down 1 place", "\N{EN DASH} no change", "new"]
    assert column(staff.get(BOARD), 1) == expected


def test_hostile_names_stay_text(staff: Client) -> None:
    [member] = ranked(50, archetype=HOSTILE)
    Member.objects.filter(pk=member.pk).update(display_name=HOSTILE)
    refresh()

    for query in ({}, {"at": member.pk}, {"q": "script"}, {"archetype": HOSTILE}):
        answer = staff.get(BOARD, query, follow=True)
        assert complaints(answer) == []
        assert escape(HOSTILE) in answer.content.decode()


# --- Pages ---------------------------------------------------------------------------------------
def test_pages_go_through_ties_without_a_gap(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "PAGE", 3)
    members = ranked(90, *[50] * 7, 10)
    refresh()

    answer, names, ranks = staff.get(BOARD), [], []
    while True:
        names += column(answer, 2)
        ranks += column(answer, 0)
        if "Next ranks" not in answer.content.decode():
            break
        answer = staff.get(BOARD + link(answer, "Next ranks"))
    backwards: list[str] = []
    while True:
        backwards = column(answer, 2) + backwards
        if "Better ranks" not in answer.content.decode():
            break
        answer = staff.get(BOARD + link(answer, "← Better ranks"))

    assert names == backwards == [str(member) for member in members]
    assert ranks == ["1", *["2 = shared"] * 7, "9"]


def test_ties_of_one_moment_are_in_the_order_of_ids(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "PAGE", 2)
    members = ranked(*[50] * 5, completed_at=NOW, started_at=NOW)
    refresh()

    answer = staff.get(BOARD)
    names = column(answer, 2)
    while "Next ranks" in answer.content.decode():
        answer = staff.get(BOARD + link(answer, "Next ranks"))
        names += column(answer, 2)

    assert names == [str(member) for member in sorted(members, key=lambda member: member.pk)]


def test_pages_keep_the_filter(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "PAGE", 1)
    ranked(90, 70, career_level="mid")
    ranked(80, career_level="entry")
    refresh()

    answer = staff.get(BOARD, {"career_level": "mid"})
    answer = staff.get(BOARD + link(answer, "Next ranks"))

    assert column(answer, 0) == ["3"]
    assert "2 of 3 match" in text_of(answer)


@pytest.mark.parametrize("place", ["00000000-0000-0000-0000-000000000001", "nonsense", "\0"])
def test_a_place_that_is_gone_shows_the_top(staff: Client, place: str) -> None:
    ranked(50)
    refresh()

    answer = staff.get(BOARD, {"after": place})

    assert "that place is gone" in text_of(answer)
    assert column(answer, 0) == ["1"]


# --- How much it asks ----------------------------------------------------------------------------
def test_a_board_asks_as_much_for_twenty_rows_as_for_one(staff: Client) -> None:
    ranked(50)
    refresh()
    few = queries_of(staff)
    ranked(*range(19))
    refresh()
    many = queries_of(staff)

    assert len(few) == len(many), "\n".join(many)


def queries_of(client: Client) -> list[str]:
    client.get(BOARD)
    with CaptureQueriesContext(connection) as captured:
        assert len(lines(client.get(BOARD))) in (1, 20)
    return [query["sql"] for query in captured.captured_queries]
