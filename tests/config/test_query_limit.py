"""No page of operations, and no start page, asks the database more than a dozen times."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.assessments.people import make_member, make_profile, make_session
from tests.screens import screens, visit_as
from tests.test_permissions import NOBODY, rule_of

LIMIT = 12
APPS = ("ops", "auth", "axes", "waffle")
# A transaction within the test's own costs a list by key two queries more than by itself.
NESTED = {"ops_auditentry_changelist", "ops_run_changelist"}


def asked(client: Client, address: str) -> list[str]:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200, address
    return [each["sql"] for each in captured.captured_queries]


def pages() -> dict[str, str]:
    """Name → address of those that need no row."""
    return {
        screen.name: reverse(f"admin:{screen.name}")
        for screen in screens()
        if screen.model is not None
        and screen.model._meta.app_label in APPS
        and not screen.parameters
        and rule_of(screen).granted == 200
        and rule_of(screen).permission != NOBODY
        and not rule_of(screen).post_only
    }


def test_pages_of_operations(db: None) -> None:
    client = visit_as("superuser")
    counts = {name: len(asked(client, address)) for name, address in pages().items()}
    allowed = {name: LIMIT + 2 * (name in NESTED) for name in counts}

    assert len(counts) > 25
    assert {name: n for name, n in counts.items() if n > allowed[name]} == {}


@pytest.mark.parametrize("visitor", ["superuser", "content", "moderators", "ops", "analysts"])
def test_start_pages(db: None, visitor: str) -> None:
    queries = asked(visit_as(visitor), reverse("admin:index"))

    assert len(queries) <= LIMIT, "\n".join(queries)


@pytest.mark.parametrize("visitor", ["superuser", "ops"])
def test_page_of_a_member(db: None, visitor: str) -> None:
    member = make_member()
    make_session(member)
    make_profile(member)
    address = reverse("admin:assessments_member_change", args=[member.pk])
    queries = asked(visit_as(visitor), address)

    assert len(queries) <= LIMIT, "\n".join(queries)
