"""The boards on the screen: ranks, pages, people, filters, age, files, and who may."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import redis
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from assessments.checking import check_leaderboard
from assessments.models import Member
from assessments.queries import boards
from ops.models import AuditEntry, Run, ViewState
from ops.work import Work
from tests.assessments.people import make_member, make_session
from tests.hostile import HOSTILE
from tests.pages import complaints
from tests.screens import visit_as

pytestmark = pytest.mark.django_db

BOARD = "/admin/assessments/leaderboardrow/"
NOW = timezone.now()
JSON = {"Accept": "application/json"}


def refresh() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT refresh_assessment_leaderboard()")


def ranked(*scores: int, **given: Any) -> list[Member]:
    """A member for each score, the first one having completed first."""
    members = []
    for number, score in enumerate(scores):
        moment = NOW - timedelta(days=1) + timedelta(minutes=number)
        member = make_member(f"Member {number}")
        values = {"category_scores": {"technical": score}, "started_at": moment}
        make_session(member, **{"overall_score": score, "completed_at": moment} | values | given)
        members.append(member)
    return members


@pytest.fixture
def staff(db: None) -> Client:
    return visit_as("moderators")


def lines(answer: HttpResponse) -> list[list[str]]:
    """The cells of the board's table as text."""
    assert answer.status_code == 200
    page = answer.content.decode()
    [body] = re.findall(r'<table class="[^"]* board">.*?<tbody>(.*?)</tbody>', page, re.S) or [""]
    return [
        [" ".join(re.sub(r"<[^>]+>", " ", unescape(cell)).split()) for cell in cells]
        for cells in (re.findall(r"<td.*?>(.*?)</td>", row, re.S) for row in body.split("</tr>"))
        if cells
    ]


def column(answer: HttpResponse, number: int) -> list[str]:
    return [cells[number] for cells in lines(answer)]


def text_of(answer: HttpResponse) -> str:
    assert answer.status_code == 200
    page = answer.content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", "", page)).split())


def link(answer: HttpResponse, words: str) -> str:
    [address] = set(re.findall(rf'href="([^"]+)">{words}', answer.content.decode()))
    return unescape(address)


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


# --- Age -----------------------------------------------------------------------------------------
def grow_old(minutes: int = 6) -> None:
    ViewState.objects.filter(pk="assessment_leaderboard").update(
        refreshed_at=timezone.now() - timedelta(minutes=minutes)
    )


def test_opening_an_old_board_writes_nothing(staff: Client) -> None:
    refresh()
    grow_old()
    runs = Run.objects.count()

    answer = staff.get(BOARD)

    assert " data-old" in answer.content.decode()
    assert "6 minutes ago" in text_of(answer).replace("\xa0", " ")
    assert Run.objects.count() == runs


def test_who_may_view_has_an_old_board_refreshed_once() -> None:
    refresh()
    grow_old()
    content = visit_as("content")

    first = content.post(f"{BOARD}refresh/", headers=JSON).json()
    second = content.post(f"{BOARD}refresh/", headers=JSON).json()

    [run] = Run.objects.active()
    assert (run.operation, run.target) == ("refresh", "assessment_leaderboard")
    assert first["active"] is True
    assert first["run"] == second["run"] == f"/admin/ops/run/{run.pk}/change/"
    assert content.get(first["run"]).status_code == 200


def test_a_run_of_somebody_else_is_named_without_a_link() -> None:
    refresh()
    grow_old()
    visit_as("ops").post(f"{BOARD}refresh/")

    state = visit_as("content").get(f"{BOARD}state/").json()

    assert state["active"] is True
    assert state["run"] == ""


def test_a_fresh_board_is_not_refreshed(staff: Client) -> None:
    refresh()
    runs = Run.objects.count()

    answer = staff.post(f"{BOARD}refresh/", {"board": "creative"}, follow=True)

    assert answer.redirect_chain[-1][0] == f"{BOARD}creative/"
    assert "The boards are fresh." in text_of(answer)
    assert Run.objects.count() == runs


def test_the_board_before_its_first_refresh_says_so(staff: Client) -> None:
    ViewState.objects.update(refreshed_at=None)

    assert "The boards were never refreshed." in text_of(staff.get(BOARD))


def test_a_board_of_nobody_says_so(staff: Client) -> None:
    refresh()

    assert "Nobody has a score here yet." in text_of(staff.get(BOARD))


# --- The chart -----------------------------------------------------------------------------------
def test_chart_marks_where_the_member_stands(staff: Client) -> None:
    *_, last = ranked(100, 95, 94, 0)
    refresh()

    text = text_of(staff.get(BOARD, {"at": last.pk}))

    assert "0 to 4 1 (Member 3 is here)" in text or "0 to 41 (Member 3 is here)" in text
    assert re.search(r"90 to 94 ?1", text)
    assert re.search(r"95 to 100 ?2", text)


def test_what_is_remembered_of_a_board_ends_with_its_refresh(staff: Client) -> None:
    ranked(10)
    refresh()
    assert re.search(r"10 to 14 ?1", text_of(staff.get(BOARD)))
    ranked(11)
    refresh()
    assert re.search(r"10 to 14 ?2", text_of(staff.get(BOARD)))


def test_a_board_is_shown_while_redis_is_away(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranked(10)
    refresh()

    def away(*_: object) -> None:
        raise redis.ConnectionError("away")

    monkeypatch.setattr(boards.cache, "get", away)

    assert re.search(r"10 to 14 ?1", text_of(staff.get(BOARD)))


# --- The file ------------------------------------------------------------------------------------
def exported(client: Client, address: str = f"{BOARD}overall/export/") -> list[dict[str, str]]:
    answer = client.post(address)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
    return list(csv.DictReader(io.StringIO(text)))


def test_file_has_every_row_of_the_filter(staff: Client) -> None:
    ranked(50, career_level="mid")
    [member] = ranked(40, career_level="entry", badges=["a", "b"])
    Member.objects.filter(pk=member.pk).update(display_name="=cmd|' /C calc'!A0")
    refresh()

    assert [row["rank"] for row in exported(staff)] == ["1", "2"]
    [row] = exported(staff, f"{BOARD}overall/export/?career_level=entry")
    assert row["name"] == "'=cmd|' /C calc'!A0"
    assert row["badges"] == "a; b"
    assert (row["rank"], row["score"], row["email"]) == ("2", "40", member.email)
    entry = AuditEntry.objects.filter(action="export", entity_type="leaderboard").latest("id")
    assert (entry.entity_id, entry.details["count"]) == ("overall", 1)


def test_analysts_get_ranks_and_ids_only() -> None:
    [member] = ranked(50)
    refresh()

    assert exported(visit_as("analysts")) == [{"rank": "1", "member": str(member.pk)}]


def test_file_of_a_wrong_filter_is_refused(staff: Client) -> None:
    refresh()

    answer = staff.post(f"{BOARD}overall/export/?period=31", follow=True)

    assert "Nothing was exported: a filter is wrong." in text_of(answer)


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


# --- Whether it is right -------------------------------------------------------------------------
def check(client: Client) -> None:
    """As the button does it, and then a worker."""
    client.post(f"{BOARD}check/")
    runs = Run.objects.active()
    run, now = runs.get(), timezone.now()
    found = check_leaderboard(Work(run.pk, run.operation, run.target, run.parameters, 1))
    runs.update(status="processing", started_at=now, heartbeat_at=now)
    runs.update(status="completed", finished_at=now, result=found.text, figures=dict(found.figures))


def test_a_check_says_that_every_rank_is_right(staff: Client) -> None:
    ranked(50, 40)
    refresh()
    assert "Nobody has checked yet." in text_of(staff.get(BOARD))

    check(staff)

    text = text_of(staff.get(BOARD))
    assert "Every rank of 2 members is right." in text
    assert "What differs" not in text


def test_a_check_lists_what_differs(staff: Client) -> None:
    _, second = ranked(50, 40)
    refresh()
    make_session(second, overall_score=90, category_scores={"technical": 40})

    check(staff)

    text = text_of(staff.get(f"{BOARD}technical/"))
    assert "What differs" in text
    assert re.search(r"OverallMember 1 ?2 ?1", text)
    assert f"/overall/?at={second.pk}" in staff.get(BOARD).content.decode()
    assert "Check the board" not in text_of(visit_as("content").get(BOARD))


# --- Who may -------------------------------------------------------------------------------------
def test_nobody_without_permission_sees_or_orders_anything() -> None:
    refresh()
    grow_old()
    client = visit_as("groupless")
    before = Run.objects.count()

    assert client.get(BOARD).status_code == 403
    assert client.get(f"{BOARD}state/").status_code == 403
    for name in ("refresh", "check", "overall/export"):
        assert client.post(f"{BOARD}{name}/").status_code == 403
    assert visit_as("content").post(f"{BOARD}check/").status_code == 403
    assert Run.objects.count() == before
    assert User.objects.exists()
