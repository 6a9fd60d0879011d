"""Two people, one profile, at the same moment: one of them is told, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from assessments import actions
from assessments.actions import Refused, Why
from assessments.models import ProfileEvent, PublicProfile
from assessments.models.choices import State
from tests.assessments.people import make_member, make_profile, make_reason

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 5


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each returned, or the refusal that it got."""
    barrier = Barrier(len(calls))

    def work(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=120)
            return call()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(work, calls))


def pending() -> PublicProfile:
    profile = make_profile(make_member())
    actions.submit_profile(profile=profile)
    profile.refresh_from_db()
    return profile


def refusals(results: list[Any]) -> int:
    return sum(isinstance(result, Refused) for result in results)


def test_of_two_moderators_one_decides_and_one_is_told() -> None:
    mo, jo = User.objects.create_user("mo"), User.objects.create_user("jo")
    why = Why(make_reason())
    for _ in range(ROUNDS):
        profile = pending()
        seen: dict[str, Any] = {"profile": profile, "version": profile.version}
        results = at_once(
            lambda seen=seen: actions.publish_profile(user=mo, **seen),
            lambda seen=seen: actions.reject_profile(user=jo, why=why, **seen),
        )
        assert refusals(results) == 1
        assert ProfileEvent.objects.filter(profile=profile).count() == 2


def test_withdrawn_while_published_is_not_public() -> None:
    mo = User.objects.create_user("mo")
    for _ in range(ROUNDS):
        profile = pending()
        seen: dict[str, Any] = {"profile": profile, "version": profile.version}
        results = at_once(
            lambda seen=seen: actions.publish_profile(user=mo, **seen),
            lambda profile=profile: actions.withdraw_profile(profile=profile),
        )
        profile.refresh_from_db()
        assert (profile.state, profile.is_public) == (State.DRAFT, False)
        assert not isinstance(results[1], Refused)


def test_edited_while_published_shows_only_what_was_seen() -> None:
    mo = User.objects.create_user("mo")
    for _ in range(ROUNDS):
        profile = pending()
        seen: dict[str, Any] = {"profile": profile, "version": profile.version}
        results = at_once(
            lambda seen=seen: actions.publish_profile(user=mo, **seen),
            lambda profile=profile: PublicProfile.objects.filter(pk=profile.pk).update(name="New"),
        )
        name = profile.name
        profile.refresh_from_db()
        if refusals(results):
            assert (profile.state, profile.name) == (State.PENDING, "New")
        else:
            assert (profile.name, profile.pending_revision) == (name, {"name": "New"})


def revised(summary: str = "One") -> PublicProfile:
    """Published, with an edit that waits."""
    profile = pending()
    mo, _ = User.objects.get_or_create(username="first")
    actions.publish_profile(profile=profile, version=profile.version, user=mo)
    PublicProfile.objects.filter(pk=profile.pk).update(public_summary=summary)
    profile.refresh_from_db()
    return profile


def test_edited_again_while_the_first_edit_is_approved() -> None:
    mo = User.objects.create_user("mo")
    for _ in range(ROUNDS):
        profile = revised()
        seen: dict[str, Any] = {"profile": profile, "version": profile.version}
        edit = PublicProfile.objects.filter(pk=profile.pk)
        results = at_once(
            lambda seen=seen: actions.publish_profile(user=mo, **seen),
            lambda edit=edit: edit.update(public_summary="Two"),
        )
        before = profile.public_summary
        profile.refresh_from_db()
        assert profile.pending_revision == {"public_summary": "Two"}
        assert profile.public_summary == (before if refusals(results) else "One")


def test_hidden_while_its_edit_is_approved() -> None:
    mo, jo = User.objects.create_user("mo"), User.objects.create_user("jo")
    why = Why(make_reason())
    for _ in range(ROUNDS):
        profile = revised()
        seen: dict[str, Any] = {"profile": profile, "version": profile.version}
        results = at_once(
            lambda seen=seen: actions.publish_profile(user=mo, **seen),
            lambda seen=seen: actions.hide_profile(user=jo, why=why, **seen),
        )
        profile.refresh_from_db()
        assert refusals(results) == 1
        is_hidden = not isinstance(results[1], Refused)
        assert (profile.state == State.HIDDEN, profile.is_public) == (is_hidden, not is_hidden)
        # What was not approved waits on.
        waits = {"public_summary": "One"} if is_hidden else None
        assert profile.pending_revision == waits


def test_withdrawn_while_two_moderators_decide() -> None:
    mo, jo = User.objects.create_user("mo"), User.objects.create_user("jo")
    why = Why(make_reason())
    for _ in range(ROUNDS):
        profile = revised()
        seen: dict[str, Any] = {"profile": profile, "version": profile.version}
        results = at_once(
            lambda seen=seen: actions.publish_profile(user=mo, **seen),
            lambda seen=seen: actions.hide_profile(user=jo, why=why, **seen),
            lambda profile=profile: actions.withdraw_profile(profile=profile),
        )
        profile.refresh_from_db()
        assert not isinstance(results[2], Refused)
        assert (profile.state, profile.is_public) == (State.DRAFT, False)
        told = 3 + 2 - refusals(results)
        assert ProfileEvent.objects.filter(profile=profile).count() == told
