"""The page of one profile, and the events of all."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments import actions
from assessments.actions import Why
from assessments.models import ProfileEvent, PublicProfile
from tests.assessments.people import make_member, make_profile, make_reason, publish
from tests.screens import visit_as

PROFILES = "/admin/assessments/publicprofile/"
EVENTS = "/admin/assessments/profileevent/"


@pytest.fixture
def client(db: None) -> Client:
    return visit_as("moderators")


@pytest.fixture
def mo(client: Client) -> User:
    return User.objects.get(username="one-of-moderators")


@pytest.fixture
def live(db: None) -> PublicProfile:
    return publish(make_profile(make_member("Ada"), profile_slug="ada"))


def hide(profile: PublicProfile, user: User, note: str = "") -> ProfileEvent:
    profile.refresh_from_db()
    why = Why(make_reason(), note=note)
    return actions.hide_profile(profile=profile, version=profile.version, user=user, why=why)


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def page_of(client: Client, profile: PublicProfile) -> str:
    return text_of(client.get(f"{PROFILES}{profile.pk}/change/"))


def test_page_says_what_happened_and_what_is_possible(
    client: Client, live: PublicProfile, mo: User
) -> None:
    hide(live, mo, note="Asked twice.")

    text = page_of(client, live)

    assert "A moderator may Restore" in text
    assert "The owner may Appeal, Withdraw" in text
    assert "Hide Published → Hidden" in text
    assert "No advertising, please. Asked twice." in text
    assert "Undo: hide …" in text


def test_page_shows_an_edit_and_the_slugs_before(client: Client, live: PublicProfile) -> None:
    PublicProfile.objects.filter(pk=live.pk).update(public_summary="Another one.")

    text = page_of(client, live)

    assert "Published, an edit waits" in text
    assert "Summary" in text
    assert "Another one." in text


def test_newest_decision_is_undone_on_the_page(
    client: Client, live: PublicProfile, mo: User
) -> None:
    event = hide(live, mo)

    answer = client.post(f"{PROFILES}{live.pk}/undo/", {"event": str(event.pk)}, follow=True)

    text = text_of(answer)
    assert "Undone: now published." in text
    assert "undone by one-of-moderators" in text
    live.refresh_from_db()
    assert live.state == "published"


def test_rejected_edit_is_put_back_on_the_page(
    client: Client, live: PublicProfile, mo: User
) -> None:
    PublicProfile.objects.filter(pk=live.pk).update(public_summary="Another one.")
    live.refresh_from_db()
    why = Why(make_reason())
    event = actions.reject_profile(profile=live, version=live.version, user=mo, why=why)
    assert "Undo: reject …" in page_of(client, live)
    address = f"{EVENTS}{event.pk}/change/"
    assert "Summary that waited Another one." in text_of(client.get(address))

    answer = client.post(f"{PROFILES}{live.pk}/undo/", {"event": str(event.pk)}, follow=True)

    text = text_of(answer)
    assert "Undone: the edit waits again." in text
    assert "Published, an edit waits" in text


@pytest.mark.parametrize("event", ["", "nonsense", str(UUID(int=7))])
def test_undo_of_nothing_says_so(client: Client, live: PublicProfile, event: str) -> None:
    answer = client.post(f"{PROFILES}{live.pk}/undo/", {"event": event}, follow=True)

    assert "Choose a decision to undo first." in text_of(answer)


def test_undo_is_refused_once_something_changed(
    client: Client, live: PublicProfile, mo: User
) -> None:
    event = hide(live, mo)
    PublicProfile.objects.filter(pk=live.pk).update(years_experience=9)

    answer = client.post(f"{PROFILES}{live.pk}/undo/", {"event": str(event.pk)}, follow=True)

    assert "Not undone. Somebody else decided meanwhile" in text_of(answer)
    assert "Undo: hide" not in page_of(client, live)


@pytest.mark.parametrize("role", ["ops", "analysts"])
def test_who_may_only_look_sees_no_buttons(
    client: Client, live: PublicProfile, mo: User, role: str
) -> None:
    event = hide(live, mo)
    looking = visit_as(role)

    page = looking.get(f"{PROFILES}{live.pk}/change/").content.decode()

    assert "Hide" in page
    assert "ask-undo" not in page
    assert "/queue/" not in page
    undone = looking.post(f"{PROFILES}{live.pk}/undo/", {"event": str(event.pk)})
    assert undone.status_code == 403


def test_page_asks_as_much_for_many_events_as_for_few(
    client: Client, live: PublicProfile, mo: User
) -> None:
    def queries() -> int:
        address = f"{PROFILES}{live.pk}/change/"
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    hide(live, mo)
    few = queries()
    for _ in range(10):
        live.refresh_from_db()
        actions.restore_profile(profile=live, version=live.version, user=mo)
        hide(live, mo)

    assert queries() == few


# --- Events ---------------------------------------------------------------------------------------


def found(client: Client, **query: Any) -> list[str]:
    answer = client.get(EVENTS, query)
    assert answer.status_code == 200
    return [event.action for event in answer.context["cl"].result_list]


def test_events_are_filtered_and_found(client: Client, live: PublicProfile, mo: User) -> None:
    hide(live, mo)
    publish(make_profile(make_member("Bo"), profile_slug="bo"))
    today = timezone.localdate()

    assert found(client, action="hide") == ["hide"]
    assert found(client, person=mo.pk) == ["hide"]
    assert found(client, person="owner", q="bo") == ["publish", "submit"]
    assert found(client, q="ada") == ["hide", "publish", "submit"]
    assert found(client, q=str(live.pk), action="hide") == ["hide"]
    assert found(client, created_at_from=str(today + timedelta(days=1))) == []
    assert found(client, q="nobody") == []


def test_event_has_a_page(client: Client, live: PublicProfile, mo: User) -> None:
    event = hide(live, mo, note="Asked twice.")

    text = text_of(client.get(f"{EVENTS}{event.pk}/change/"))

    assert "Hide: Ada" in text
    assert "Step Published → Hidden" in text
    assert "Asked twice." in text


def test_event_shows_what_an_approved_edit_changed(
    client: Client, live: PublicProfile, mo: User
) -> None:
    PublicProfile.objects.filter(pk=live.pk).update(public_summary="Another one.")
    live.refresh_from_db()
    event = actions.publish_profile(profile=live, version=live.version, user=mo)

    text = text_of(client.get(f"{EVENTS}{event.pk}/change/"))

    assert "What it changed" in text
    assert "Another one." in text


def test_events_are_for_reading(client: Client, live: PublicProfile) -> None:
    event = ProfileEvent.objects.first()
    assert event

    assert client.get(f"{EVENTS}add/").status_code in (302, 404)
    assert client.post(f"{EVENTS}{event.pk}/change/", {"message": "x"}).status_code == 405
    assert client.post(f"{EVENTS}{event.pk}/delete/", {"post": "yes"}).status_code in (302, 404)
    assert ProfileEvent.objects.filter(pk=event.pk).exists()
