"""Times are written in one way, in the zone of who reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.assessments.people import make_member, make_profile, publish
from tests.screens import visit_as

MOMENT = datetime(2026, 3, 1, 20, 10, tzinfo=UTC)


@pytest.fixture
def client(db: None) -> Client:
    client = visit_as("moderators")
    client.cookies["timezone"] = "Asia/Tokyo"
    return client


def test_list_writes_times_as_other_pages_do(client: Client) -> None:
    member = make_member(last_seen_at=MOMENT)
    shown = client.get("/admin/assessments/member/").content.decode()
    assert "2026-03-02 05:10" in shown
    page = client.get(f"/admin/assessments/member/{member.pk}/change/").content.decode()
    assert "2026-03-02 05:10" in page


@pytest.mark.parametrize("name", ["member", "publicprofile", "profileevent", "assessmentsession"])
def test_no_list_writes_half_days(client: Client, name: str) -> None:
    publish(make_profile(make_member(last_seen_at=MOMENT)))
    shown = client.get(f"/admin/assessments/{name}/").content.decode()
    assert "a.m." not in shown
    assert "p.m." not in shown
