"""The boards on the screen: whom one finds, where they stand, and their own page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from assessments.models import Member
from tests.assessments.board_pages import BOARD, column, link, ranked, refresh, text_of
from tests.assessments.people import make_member, make_session
from tests.screens import visit_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(db: None) -> Client:
    return visit_as("moderators")


# --- People --------------------------------------------------------------------------------------
def test_jump_opens_the_board_at_the_member(staff: Client) -> None:
    members = ranked(*range(90, 40, -1))
    refresh()

    for asked in (str(members[25].pk), members[25].email.upper(), "member 25"):
        answer = staff.get(BOARD, {"q": f" {asked} "}, follow=True)

        assert answer.redirect_chain
        assert column(answer, 0) == [str(number) for number in range(16, 37)]
        assert "Member 25: rank 26 of 50, score 65, top 52 %, ahead of 48.98 %" in text_of(answer)
        page = answer.content.decode()
        assert re.search(r'<tr class="board-here" aria-current="true".*?Member 25<', page, re.S)
        assert column(staff.get(BOARD + link(answer, "Next ranks")), 0)[0] == "37"
        assert column(staff.get(BOARD + link(answer, "← Better ranks")), 0)[-1] == "15"


def test_jump_asks_whom_one_means(staff: Client) -> None:
    ranked(50, 60)
    make_member("Member without a session")
    refresh()

    text = text_of(staff.get(BOARD, {"q": "member"}))

    assert "3 are found. Whom do you mean?" in text
    assert text.index("Member 1 ") < text.index("Member 0 ") < text.index("Member without")
    assert "rank 1 " in text
    assert "no rank" in text
    assert "Nobody is found for “nobody”" in text_of(staff.get(BOARD, {"q": "nobody"}))


def test_jump_offers_twenty(staff: Client) -> None:
    for number in range(23):
        make_member(f"Smith {number}")

    answer = staff.get(BOARD, {"q": "smith"})

    assert "More than 20 are found" in text_of(answer)
    assert len(re.findall(r"\?at=", answer.content.decode().split("board-choices")[1])) >= 20


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (None, "No completed session."),
        ({"overall_score": None}, "No completed session has an overall score."),
        ({"category_scores": None}, "No score in this dimension."),
    ],
)
def test_somebody_without_a_rank_is_told_why(
    staff: Client, member: Member, given: dict[str, Any] | None, why: str
) -> None:
    ranked(50)
    if given is not None:
        make_session(member, **given)
    refresh()

    answer = staff.get(f"{BOARD}technical/", {"q": str(member.pk)}, follow=True)

    assert f"Ada Lovelace has no rank here. {why}" in text_of(answer)
    assert column(answer, 0) == ["1"]


def test_inactive_and_late_members_are_told_why(staff: Client, member: Member) -> None:
    refresh()
    make_session(member)

    late = text_of(staff.get(BOARD, {"at": member.pk}))
    Member.objects.update(is_active=False)
    inactive = text_of(staff.get(BOARD, {"at": member.pk}))

    assert "Not on the board yet" in late
    assert "Inactive members have no rank." in inactive


def test_who_may_not_see_members_finds_nobody_by_email(member: Member) -> None:
    make_session(member)
    make_session(make_member("Ada Other"))
    refresh()
    content = visit_as("content")

    assert "Nobody is found" in text_of(content.get(BOARD, {"q": member.email}))
    text = text_of(content.get(BOARD, {"q": "ada"}))
    assert "2 are found" in text
    assert "@" not in text
    assert "/assessments/member/" not in content.get(BOARD).content.decode()


# --- The chart -----------------------------------------------------------------------------------
def test_chart_marks_where_the_member_stands(staff: Client) -> None:
    *_, last = ranked(100, 95, 94, 0)
    refresh()

    text = text_of(staff.get(BOARD, {"at": last.pk}))

    assert "0 to 4 1 (Member 3 is here)" in text or "0 to 41 (Member 3 is here)" in text
    assert re.search(r"90 to 94 ?1", text)
    assert re.search(r"95 to 100 ?2", text)


@pytest.mark.usefixtures("used_caches")
def test_what_is_remembered_of_a_board_ends_with_its_refresh(staff: Client) -> None:
    ranked(10)
    refresh()
    assert re.search(r"10 to 14 ?1", text_of(staff.get(BOARD)))
    ranked(11)
    refresh()
    assert re.search(r"10 to 14 ?2", text_of(staff.get(BOARD)))


# --- The member's page ---------------------------------------------------------------------------
def test_member_page_shows_all_ranks_and_the_breakdown(staff: Client) -> None:
    [member] = ranked(
        80,
        category_scores={"technical": {"overall": 85.4}, "emotional": 70},
        dimensions={"iq": 90, "self_awareness": 61},
    )
    ranked(90)
    refresh()

    text = text_of(staff.get(f"/admin/assessments/member/{member.pk}/change/"))

    assert re.search(r"Overall 2 of 2 new 80 100 % 0 %", text)
    assert re.search(r"Creative No rank. No score in this dimension.", text)
    assert re.search(r"Technical ?85", text)
    assert re.search(r"IQ ?90", text)
    assert re.search(r"Self awareness ?61", text)


def test_member_page_says_why_there_is_no_rank(staff: Client, member: Member) -> None:
    refresh()

    text = text_of(staff.get(f"/admin/assessments/member/{member.pk}/change/"))

    assert "No rank on any board. No completed session." in text
