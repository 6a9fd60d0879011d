"""The list of members, and the page of what is known about one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.models import Member
from ops import registry
from ops.registry import PersonSection, register
from tests.assessments.people import make_member, make_session
from tests.screens import visit_as

MEMBERS = "/admin/assessments/member/"
ASKED: list[UUID] = []


def asked(member_id: UUID, user: Any) -> Mapping[str, Any] | None:
    ASKED.append(member_id)
    return {"attempts": [], "best": None}


def silent(member_id: UUID, user: Any) -> Mapping[str, Any] | None:
    return None


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two sections more, as another app would declare them."""
    declared = dict(registry._declared[PersonSection])
    monkeypatch.setitem(registry._declared, PersonSection, declared)
    shared = {
        "template": "admin/assessments/member/sessions.html",
        "export": "assessments.queries.sessions.all_attempts",
    }
    register(
        PersonSection("t1", "Askers", "ops.view_run", f"{__name__}.asked", position=1, **shared),
        PersonSection("t2", "Silent", "ops.view_run", f"{__name__}.silent", **shared),
    )
    yield
    ASKED.clear()


def page_of(member: Member) -> str:
    return reverse("admin:assessments_member_change", args=[member.pk])


def text_of(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_section_is_asked_only_for_who_may_see_it(member: Member, others: None) -> None:
    refused = text_of(visit_as("moderators"), page_of(member))

    assert "Askers" not in refused
    assert ASKED == []

    shown = text_of(visit_as("ops"), page_of(member))

    assert shown.index("Askers") < shown.index("Assessment sessions")
    assert "Silent" not in shown
    assert [member.pk] == ASKED


def test_page_shows_attempts_and_marks_the_best(member: Member) -> None:
    now = timezone.now()
    for score, days in ((70, 30), (91, 20), (91, 10), (80, 1)):
        day = now - timedelta(days=days)
        make_session(member, overall_score=score, started_at=day, completed_at=day)
    make_session(member, overall_score=99, status="abandoned", completed_at=None)

    text = text_of(visit_as("moderators"), page_of(member))

    rows = text.split("<tr>")
    best = [row for row in rows if "Best" in row]
    assert len(best) == 1
    assert f"{now - timedelta(days=20):%Y-%m-%d}" in best[0]
    assert ">91<" in best[0]


def test_page_asks_as_much_for_twenty_attempts_as_for_one(member: Member) -> None:
    client = visit_as("superuser")
    counts = []
    for quantity in (1, 19):
        for _ in range(quantity):
            make_session(member)
        text_of(client, page_of(member))
        with CaptureQueriesContext(connection) as captured:
            text_of(client, page_of(member))
        counts.append(len(captured))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "term", ["ada", "LOVE", "ada lovelace", "lovelace ada", "lo ad", "ADA@", "example"]
)
def test_search_finds_by_any_part(db: None, term: str) -> None:
    found = make_member("Ada Lovelace", email="ada@example.org")
    make_member("Boolean George", email="bool@other.net")

    assert list(Member.objects.matching(term)) == [found]


def test_search_finds_by_id_and_survives_anything(member: Member, other: Member) -> None:
    assert list(Member.objects.matching(f" {str(member.pk).upper()} ")) == [member]
    for term in ("%", "_", "\\", "\0", "'", "x" * 5_000, "a b c d e f g h i j"):
        assert list(Member.objects.matching(term)) in ([], [member, other])


def test_list_is_filtered_by_state_and_day(db: None) -> None:
    client = visit_as("analysts")
    make_member("Hidden Person", is_active=False, created_at=timezone.now() - timedelta(days=400))
    make_member("Active Person")
    today = timezone.localdate()

    assert "Active Person" not in text_of(client, MEMBERS, state="hidden")
    joined = text_of(client, MEMBERS, created_at_from=f"{today}", created_at_to=f"{today}")
    assert "Hidden Person" not in joined
    assert "Active Person" in joined


@pytest.mark.parametrize("order", ["0", "-0", "3", "-3", "4", "-4"])
def test_list_is_sorted(db: None, order: str) -> None:
    make_member("Seen", last_seen_at=timezone.now())
    make_member("Never seen")

    text = text_of(visit_as("analysts"), MEMBERS, o=order)

    if order == "-4":
        assert text.index(">Seen<") < text.index(">Never seen<")


def test_search_of_many_members_reads_an_index(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members (id, display_name, email)"
            " SELECT gen_random_uuid(), 'Member ' || md5(n::text), n || '@example.org'"
            " FROM generate_series(1, 20000) AS n"
        )
        cursor.execute("ANALYZE members")
        # As with a million.
        cursor.execute("SET LOCAL enable_seqscan = off")
    make_member("Xerxes Quill")

    assert "member_by_age" in Member.objects.order_by("-created_at", "-id")[:50].explain()
    assert "member_by_last_seen" in Member.objects.recently_seen()[:50].explain()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan = off")
    for term in ("quill", "xerxes q", "12345@"):
        plan = Member.objects.matching(term).explain()
        assert "member_name_trigram" in plan
        assert "member_email_trigram" in plan
        assert len(Member.objects.matching(term).resolved().recently_seen()) == 1


def test_common_search_is_not_resolved(
    member: Member, other: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessments.querysets.FEW", 1)

    assert Member.objects.matching("example").resolved().count() == 2
