"""Claims: one moderator a profile, one profile a moderator, and the order in which they come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from assessments import actions
from assessments.actions import Why
from assessments.models import PublicProfile
from assessments.moderation.claims import claim_next, claim_profile, release_claims
from assessments.moderation.waiting import EVERYTHING, Wanted, place_of, waiting
from tests.assessments.people import make_member, make_profile, make_reason, publish
from tests.assessments.test_races import at_once

TABLE = "public_profiles"


@pytest.fixture
def mo(db: None) -> User:
    return User.objects.create_user("mo")


@pytest.fixture
def jo(db: None) -> User:
    return User.objects.create_user("jo")


def submitted(hours: float = 1, name: str = "Ada Lovelace") -> PublicProfile:
    """Waits since so many hours."""
    profile = make_profile(make_member(name))
    actions.submit_profile(profile=profile)
    return wait(profile, hours)


def edited(hours: float = 1) -> PublicProfile:
    profile = publish(make_profile(make_member()))
    PublicProfile.objects.filter(pk=profile.pk).update(name="Ada Byron")
    return wait(profile, hours)


def appealed(by: User, hours: float = 1) -> PublicProfile:
    profile = publish(make_profile(make_member()))
    why = Why(make_reason())
    actions.hide_profile(profile=profile, version=profile.version, user=by, why=why)
    actions.appeal_decision(profile=profile, message="Please look again.")
    return wait(profile, hours)


def wait(profile: PublicProfile, hours: float) -> PublicProfile:
    since = timezone.now() - timedelta(hours=hours)
    PublicProfile.objects.filter(pk=profile.pk).update(submitted_at=since)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public_profiles SET revised_at = %s WHERE pending_revision IS NOT NULL"
            " AND user_id = %s",
            [since, profile.pk],
        )
    profile.refresh_from_db()
    return profile


def order(user: User, wanted: Wanted = EVERYTHING) -> list[UUID]:
    return [profile.pk for profile in waiting(user, wanted, now=timezone.now())]


def holder(profile: PublicProfile) -> Any:
    profile.refresh_from_db()
    return profile.claimed_by


def expire(profile: PublicProfile) -> None:
    past = timezone.now() - timedelta(seconds=1)
    PublicProfile.objects.filter(pk=profile.pk).update(claimed_until=past)


# --- The order ------------------------------------------------------------------------------------
def test_late_ones_come_first_then_appeals_submissions_and_edits(mo: User) -> None:
    edit, new, older = edited(3), submitted(1), submitted(2)
    appeal, late_edit, late = appealed(mo, 1), edited(50), submitted(60)
    expected = [late, late_edit, appeal, older, new, edit]
    assert order(mo) == [profile.pk for profile in expected]


def test_filters_choose_by_kind_and_holder(mo: User, jo: User) -> None:
    edit, new, appeal = edited(), submitted(), appealed(jo)
    claim_profile(key=new.pk, user=mo)
    assert order(mo, Wanted("edit")) == [edit.pk]
    assert order(mo, Wanted("submission")) == [new.pk]
    assert order(mo, Wanted("appeal")) == [appeal.pk]
    assert order(mo, Wanted(holder="mine")) == [new.pk]
    assert order(jo, Wanted(holder="mine")) == []
    assert order(jo, Wanted(holder="free")) == [appeal.pk, edit.pk]


# --- Claiming -------------------------------------------------------------------------------------
def test_claim_holds_off_others_until_it_expires(mo: User, jo: User) -> None:
    profile = submitted()
    assert claim_profile(key=profile.pk, user=mo)
    assert claim_profile(key=profile.pk, user=mo)
    assert not claim_profile(key=profile.pk, user=jo)
    assert holder(profile) == mo
    left = profile.claimed_until - timezone.now() if profile.claimed_until else None
    assert left is not None
    assert timedelta(minutes=5) < left <= timedelta(minutes=15)

    expire(profile)
    assert claim_profile(key=profile.pk, user=jo)
    assert holder(profile) == jo


def test_claim_is_taken_over_when_asked(mo: User, jo: User) -> None:
    profile = submitted()
    claim_profile(key=profile.pk, user=mo)
    assert claim_profile(key=profile.pk, user=jo, take_over=True)
    assert holder(profile) == jo


def test_claim_ends_the_earlier_one_and_changes_no_version(mo: User) -> None:
    first, second = submitted(), submitted()
    version = first.version
    claim_profile(key=first.pk, user=mo)
    claim_profile(key=second.pk, user=mo)
    assert (holder(first), holder(second)) == (None, mo)
    assert first.version == version
    release_claims(user=mo)
    assert holder(second) is None


def test_what_does_not_wait_is_not_claimed(mo: User) -> None:
    profile = publish(make_profile(make_member()))
    assert not claim_profile(key=profile.pk, user=mo)
    assert not claim_profile(key=profile.pk, user=mo, take_over=True)


# --- The next one ---------------------------------------------------------------------------------
def test_next_goes_down_the_queue_and_round(mo: User, jo: User) -> None:
    first, second, third = submitted(3), submitted(2), submitted(1)
    claim_profile(key=second.pk, user=jo)
    places = {p.pk: place_of(p) for p in waiting(mo, now=timezone.now())}
    assert claim_next(user=mo, wanted=EVERYTHING) == first.pk
    assert claim_next(user=mo, wanted=EVERYTHING, after=places[first.pk]) == third.pk
    assert holder(first) is None
    assert claim_next(user=mo, wanted=EVERYTHING, after=places[third.pk]) == first.pk


def test_next_is_none_when_nothing_else_is_free(mo: User, jo: User) -> None:
    only = submitted()
    (place,) = (place_of(p) for p in waiting(mo, now=timezone.now()))
    assert claim_next(user=mo, wanted=EVERYTHING, after=place) is None
    claim_profile(key=only.pk, user=jo)
    assert claim_next(user=mo, wanted=EVERYTHING) is None


def test_next_leaves_out_none_of_the_same_moment(mo: User) -> None:
    since = timezone.now()
    for name in "DCBA":
        submitted(name=name)
    PublicProfile.objects.update(submitted_at=since)
    places = {p.pk: place_of(p) for p in waiting(mo, now=timezone.now())}
    found, after = set(), None
    while len(found) < len(places):
        key = claim_next(user=mo, wanted=EVERYTHING, after=after)
        assert key is not None
        assert key not in found
        found.add(key)
        after = places[key]


def test_next_keeps_the_kind(mo: User) -> None:
    submitted(3)
    edit = edited()
    assert claim_next(user=mo, wanted=Wanted("edit")) == edit.pk


def test_next_leaves_out_appeals_against_ones_own_decision(mo: User, jo: User) -> None:
    appeal = appealed(mo)
    assert claim_next(user=mo, wanted=EVERYTHING) is None
    assert claim_next(user=jo, wanted=EVERYTHING) == appeal.pk


# --- At the same moment ---------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_of_two_who_claim_one_gets_it() -> None:
    mo, jo = User.objects.create_user("mo"), User.objects.create_user("jo")
    for _ in range(5):
        profile = submitted()
        results = at_once(
            lambda key=profile.pk: claim_profile(key=key, user=mo),  # type: ignore[misc]
            lambda key=profile.pk: claim_profile(key=key, user=jo),  # type: ignore[misc]
        )
        assert sorted(results) == [False, True]
        assert holder(profile) == (mo if results[0] else jo)


@pytest.mark.django_db(transaction=True)
def test_next_gives_everybody_something_else() -> None:
    people = [User.objects.create_user(f"moderator-{number}") for number in range(4)]
    for _ in range(3):
        for _ in people:
            submitted()
        found = at_once(
            *(lambda user=user: claim_next(user=user, wanted=EVERYTHING) for user in people)  # type: ignore[misc]
        )
        assert None not in found
        assert len(set(found)) == len(people)
        PublicProfile.objects.update(claimed_by=None, claimed_until=None)


@pytest.mark.django_db(transaction=True)
def test_two_take_over_from_each_other_without_deadlock() -> None:
    mo, jo = User.objects.create_user("mo"), User.objects.create_user("jo")
    one, two = submitted(), submitted()
    for _ in range(10):
        claim_profile(key=one.pk, user=mo, take_over=True)
        claim_profile(key=two.pk, user=jo, take_over=True)
        assert at_once(
            lambda: claim_profile(key=two.pk, user=mo, take_over=True),
            lambda: claim_profile(key=one.pk, user=jo, take_over=True),
        ) == [True, True]
