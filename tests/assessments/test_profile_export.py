"""The list of profiles as CSV: what is shown, in its order, and for whom."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments import actions
from assessments.actions import Why
from assessments.models import PublicProfile
from ops.models import AuditEntry
from tests.assessments.people import make_member, make_profile, make_reason, make_session, publish
from tests.screens import visit_as

ADDRESS = "/admin/assessments/publicprofile/csv/"


@pytest.fixture
def client(db: None) -> Client:
    return visit_as("moderators")


def file_of(client: Client, **query: Any) -> str:
    answer: Any = client.post(ADDRESS, query_params=query)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert ".csv" in answer.headers["Content-Disposition"]
    return b"".join(answer.streaming_content).decode()


def rows_of(client: Client, **query: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file_of(client, **query).removeprefix("\ufeff"))))


def test_has_every_column_of_a_profile(client: Client) -> None:
    session = make_session(make_member("Ada", email="ada@example.org"))
    profile = publish(make_profile(session.user, session=session, profile_slug="ada"))
    mo = User.objects.get(username="one-of-moderators")
    actions.hide_profile(profile=profile, version=profile.version, user=mo, why=Why(make_reason()))

    [row] = rows_of(client)

    assert row["member"] == str(profile.pk)
    assert (row["name"], row["slug"], row["email"]) == ("Ada", "ada", "ada@example.org")
    assert (row["state"], row["public"], row["edit_waits"]) == ("hidden", "no", "no")
    assert (row["badges"], row["archetype"]) == ("ai_prodigy", "explorer")
    assert row["last_decision_by"] == "one-of-moderators"
    assert row["published_at"].startswith("20")


def test_has_what_the_list_shows_in_its_order(client: Client) -> None:
    for name in ("Cleo", "Ada", "Bo"):
        publish(make_profile(make_member(name)))
    make_profile(make_member("Draft"))

    assert [row["name"] for row in rows_of(client, state="published", o="1")] == [
        "Ada",
        "Bo",
        "Cleo",
    ]
    assert [row["name"] for row in rows_of(client, q="cleo")] == ["Cleo"]
    assert rows_of(client, q="nobody") == []


def test_cells_run_nothing_in_a_spreadsheet(client: Client) -> None:
    make_profile(make_member("=HYPERLINK(1)"))

    assert rows_of(client)[0]["name"] == "'=HYPERLINK(1)"


def test_begins_with_the_mark_of_utf_8(client: Client) -> None:
    make_profile(make_member("Ægir"))

    text = file_of(client)

    assert text.startswith("\ufeffmember,name,")
    assert "Ægir" in text


def test_is_recorded_with_the_filters(client: Client) -> None:
    make_profile(make_member("Ada"))
    rows_of(client, state="draft")

    entry = AuditEntry.objects.get(action="export")
    assert entry.details == {"count": 1, "format": "csv", "list": "state=draft"}
    assert entry.actor_name == "one-of-moderators"


def test_reads_as_often_for_many_as_for_few(client: Client) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            file_of(client)
        return len(captured)

    make_profile(make_member("Ada"))
    statements()
    few = statements()
    for number in range(20):
        make_profile(make_member(f"P{number}"))

    assert statements() == few


@pytest.mark.parametrize(("role", "code"), [("ops", 200), ("analysts", 403), ("content", 403)])
def test_is_for_those_who_may_export(client: Client, role: str, code: int) -> None:
    make_profile(make_member("Ada"))
    visitor = visit_as(role)

    assert visitor.post(ADDRESS).status_code == code
    assert visitor.get(ADDRESS).status_code == 403
    page = visitor.get(ADDRESS.removesuffix("csv/")).content.decode()
    assert ("as CSV" in page) == (code == 200)


def test_wrong_filter_sends_back(client: Client) -> None:
    assert client.post(f"{ADDRESS}?name__regexp=x").status_code in (302, 400)
    assert PublicProfile.objects.count() == 0
