"""The boards on the screen: their age, their check, their file, and who may."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from assessments.checking import check_leaderboard
from assessments.models import Member
from ops.models import AuditEntry, Run, ViewState
from ops.work import Work
from tests.assessments.board_pages import BOARD, ranked, refresh, text_of
from tests.assessments.people import make_session
from tests.screens import visit_as

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


@pytest.fixture
def staff(db: None) -> Client:
    return visit_as("moderators")


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
