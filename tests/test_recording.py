"""Whatever staff change from a screen of the admin leaves a row in the action log."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client

from ops.models import AuditEntry
from quizbank.importing.batches import preview_import
from tests.pages import form_of
from tests.screens import screens, state, visit_as
from tests.test_pages import actions, address_of, fill, readable
from tests.test_permissions import NOBODY, rule_of

POOL = b"id,correct,question,a,b,c,d,refs,figure\nT1A01,0,What is it?,one,two,three,four,,\n"

LOG = AuditEntry._meta.db_table
# A claim is nothing that was done to a profile, and goes by itself.
UNSAID = {f"assessments_publicprofile_queue_{verb}" for verb in ("next", "claim", "release")}


@pytest.fixture(scope="module")
def bank(kept_rows: None) -> None:
    call_command("load_demo")
    preview_import(file_name="pool.csv", data=POOL, user=None)
    fill()


@pytest.fixture
def root(bank: None, db: None, bare_pages: None) -> Client:
    return visit_as("superuser")


type State = dict[str, tuple[int, Decimal]]


def changed_tables(before: State, post: Callable[[], HttpResponse]) -> tuple[State, set[str]]:
    """The state after `post`, and which tables differ from `before`."""
    answer = post()
    if answer.streaming:
        list(answer.streaming_content)
    assert answer.status_code < 500
    after = state()
    changed = {table for table in after if after[table] != before.get(table)}
    # A form that was sent as it stood leaves a line there, and did nothing.
    return after, changed - {"django_admin_log"}


def test_every_form_and_action_that_changes_something_is_recorded(root: Client) -> None:
    posts: dict[str, Callable[[], HttpResponse]] = {}
    for screen in readable():
        if screen.name.endswith(("_change", "_add")):
            address = address_of(screen)
            posts[screen.name] = lambda address=address: send_form(root, address)
    for screen in screens():
        rule = rule_of(screen)
        if rule.post_only and rule.permission != NOBODY and screen.name != "logout":
            address = address_of(screen)
            posts[screen.name] = lambda address=address: root.post(address, FIELDS)
    for address, name, keys in list(actions()):
        sent = FIELDS | {"action": name, "_selected_action": keys}
        posts[f"{address} {name}"] = lambda address=address, sent=sent: root.post(address, sent)
    silent, spoken, now = [], [], state()
    for name, post in posts.items():
        now, changed = changed_tables(now, post)
        if changed and name not in UNSAID:
            (spoken if LOG in changed else silent).append(f"{name}: {sorted(changed)}")

    assert not silent, "\n".join(silent)
    assert len(spoken) >= 15, spoken


# What the confirmations of actions and buttons ask for.
FIELDS = {
    "confirmed": "1",
    "post": "yes",
    "note": "Because",
    "tag": "fresh",
    "difficulty": "hard",
    "number": "1",
    "on": "0",
    "name": "Fresh name",
}


def send_form(client: Client, address: str) -> HttpResponse:
    page = client.get(address)
    return client.post(address, form_of(page, typed="Fresh text"))


def test_everything_was_done_by_somebody(root: Client) -> None:
    seen = set(AuditEntry.objects.values_list("pk", flat=True))
    for screen in readable():
        if screen.name.endswith("_change"):
            send_form(root, address_of(screen))

    rows = AuditEntry.objects.exclude(pk__in=seen)
    user = User.objects.get(is_superuser=True)
    assert {(row.actor_id, row.address) for row in rows} == {(user.pk, "127.0.0.1")}
