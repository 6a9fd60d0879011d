"""Each role's start page: what waits for that person, with links that open."""

from __future__ import annotations

from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group, User
from django.test import Client

from config.roles import ROLES
from ops.models import ViewState
from ops.registry import MaterializedView, declared
from quizbank.models import ImportBatch, Question


def counts_of(client: Client) -> dict[str, int]:
    context: Any = client.get("/admin/").context
    return {card["title"]: card["count"] for card in [*context["waiting"], *context["glance"]]}


def member_of(group: str) -> Client:
    user = User.objects.create_user(f"one-of-{group}", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def busy(bank: None, editor: User) -> None:
    ViewState.objects.update(refreshed_at=None)
    Question.objects.filter(external_id="NET-010").update(author=editor)
    ImportBatch.objects.create(
        file_name="broken.json", format="ham", status="failed", failure="It broke."
    )
    AccessAttempt.objects.create(
        username="mallory",
        ip_address="192.0.2.1",
        failures_since_start=3,
        path_info="/admin/login/",
    )


def test_content_staff_see_the_bank_s_queues(editing: Client, busy: None) -> None:
    counts = counts_of(editing)

    assert counts["Questions in review"] == 8
    assert counts["Drafts of everybody"] == 6
    assert counts["Your drafts"] == 1
    assert counts["Imports that failed this week"] == 1
    assert "Failed logins in a day" not in counts


def test_ops_see_failures_and_no_queue_of_the_editors(busy: None) -> None:
    counts = counts_of(member_of("ops"))

    assert counts["Failed logins in a day"] == 1
    assert counts["Imports that failed this week"] == 1
    assert counts["Stale views"] == len(declared(MaterializedView))
    assert "Questions in review" not in counts


@pytest.mark.parametrize("role", ROLES)
def test_every_link_of_every_role_opens_on_as_many_rows(busy: None, role: str) -> None:
    client = member_of(role)
    context: Any = client.get("/admin/").context

    for card in [*context["waiting"], *context["glance"]]:
        page = client.get(card["link"])
        assert page.status_code == 200
        if "cl" in page.context:
            assert page.context["cl"].result_count == card["count"], card["title"]


def test_empty_start_page_says_so(db: None) -> None:
    client = member_of("moderators")

    assert "Nothing waits for you." in client.get("/admin/").content.decode()
