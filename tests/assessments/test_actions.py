from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection

from assessments import actions, batches
from assessments.actions import Refused, Stale, Why
from assessments.models import ProfileEvent, PublicProfile
from assessments.models.choices import Action, State
from ops.models import AuditEntry
from tests.assessments.people import make_member, make_profile, make_reason, publish
from tests.assessments.roles import MEMBER, ask


@pytest.fixture
def mo(db: None) -> User:
    return User.objects.create_user("mo")


@pytest.fixture
def jo(db: None) -> User:
    return User.objects.create_user("jo")


@pytest.fixture
def why(db: None) -> Why:
    return Why(make_reason(), note="Again.")


def now(profile: PublicProfile) -> PublicProfile:
    return PublicProfile.objects.get(pk=profile.pk)


def commit() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def act(action: Any, profile: PublicProfile, user: User, **given: Any) -> ProfileEvent:
    return action(profile=profile, version=now(profile).version, user=user, **given)


def test_life_of_a_profile(profile: PublicProfile, mo: User, jo: User, why: Why) -> None:
    actions.submit_profile(profile=profile)
    act(actions.request_changes, profile, mo, why=why)
    actions.submit_profile(profile=profile)
    act(actions.publish_profile, profile, mo)
    assert now(profile).is_public
    act(actions.hide_profile, profile, mo, why=why)
    assert not now(profile).is_public
    act(actions.restore_profile, profile, jo)
    act(actions.hide_profile, profile, mo, why=why)
    actions.appeal_decision(profile=profile, message="It is mine.")
    act(actions.overturn_decision, profile, jo, why=why)
    actions.withdraw_profile(profile=profile)
    commit()

    events = ProfileEvent.objects.order_by("version").values_list("action", flat=True)
    assert list(events) == [
        "submit",
        "request_changes",
        "submit",
        "publish",
        "hide",
        "restore",
        "hide",
        "appeal",
        "overturn",
        "withdraw",
    ]
    assert now(profile).state == State.DRAFT


def test_decision_fills_the_canned_texts_and_the_action_log(
    profile: PublicProfile, mo: User, why: Why
) -> None:
    actions.submit_profile(profile=profile)
    event = act(actions.reject_profile, profile, mo, why=why)
    assert (event.message, event.private_note) == ("No advertising, please.", "Again.")
    assert AuditEntry.objects.get(action="reject_profile").actor_id == mo.pk


def test_decision_without_a_reason_is_refused_and_changes_nothing(
    profile: PublicProfile, mo: User
) -> None:
    actions.submit_profile(profile=profile)
    with pytest.raises(Refused, match="Choose a reason"):
        act(actions.reject_profile, profile, mo, why=Why())
    assert now(profile).state == State.PENDING


def test_second_moderator_is_told(profile: PublicProfile, mo: User, jo: User, why: Why) -> None:
    actions.submit_profile(profile=profile)
    seen = now(profile).version
    actions.publish_profile(profile=profile, version=seen, user=mo)
    with pytest.raises(Stale, match="Somebody else decided meanwhile"):
        actions.reject_profile(profile=profile, version=seen, user=jo, why=why)
    assert now(profile).state == State.PUBLISHED


def test_edit_meanwhile_makes_the_decision_stale(profile: PublicProfile, mo: User) -> None:
    actions.submit_profile(profile=profile)
    seen = now(profile).version
    PublicProfile.objects.update(name="Insult")
    with pytest.raises(Stale):
        actions.publish_profile(profile=profile, version=seen, user=mo)


def test_step_that_does_not_exist_is_refused(profile: PublicProfile, mo: User, why: Why) -> None:
    with pytest.raises(Refused, match="From draft that step is not possible"):
        act(actions.publish_profile, profile, mo)
    with pytest.raises(Refused, match="From draft"):
        actions.withdraw_profile(profile=profile)
    publish(profile)
    with pytest.raises(Refused, match="published as it stands"):
        act(actions.publish_profile, profile, mo)


def test_revision_is_published_or_dropped(profile: PublicProfile, mo: User, why: Why) -> None:
    publish(profile)
    PublicProfile.objects.update(name="Ada B")
    event = act(actions.publish_profile, profile, mo)
    assert event.changes["name"] == ["Ada Lovelace", "Ada B"]
    assert event.changes["pending_revision"] == [{"name": "Ada B"}, None]
    assert (now(profile).name, now(profile).pending_revision) == ("Ada B", None)

    PublicProfile.objects.update(name="Ada C")
    act(actions.reject_profile, profile, mo, why=why)
    assert (now(profile).name, now(profile).pending_revision) == ("Ada B", None)
    assert now(profile).is_public


def test_same_moderator_does_not_judge_the_appeal(
    profile: PublicProfile, mo: User, jo: User, why: Why
) -> None:
    actions.submit_profile(profile=profile)
    act(actions.reject_profile, profile, mo, why=why)
    actions.appeal_decision(profile=profile, message="Why?")
    with pytest.raises(Refused, match="Somebody else judges"):
        act(actions.uphold_decision, profile, mo, why=why)
    act(actions.uphold_decision, profile, jo, why=why)
    assert now(profile).state == State.REJECTED
    with pytest.raises(Refused, match="appealed once"):
        actions.appeal_decision(profile=profile, message="Again?")


def test_undo_is_an_inverse_event(profile: PublicProfile, mo: User, why: Why) -> None:
    publish(profile)
    hidden = act(actions.hide_profile, profile, mo, why=why)
    undone = actions.undo_decision(event=hidden, user=mo)
    assert (undone.undoes, now(profile).state) == (hidden, State.PUBLISHED)
    with pytest.raises(Refused, match="cannot be taken back"):
        actions.undo_decision(event=undone, user=mo)
    with pytest.raises(Stale):
        actions.undo_decision(event=hidden, user=mo)


@pytest.mark.parametrize(
    "decide", [actions.publish_profile, actions.reject_profile, actions.request_changes]
)
def test_undone_decision_on_an_edit_leaves_all_as_it_was(
    profile: PublicProfile, mo: User, why: Why, decide: Any
) -> None:
    publish(profile)
    PublicProfile.objects.update(name="Ada B", public_summary="About me.")
    before = now(profile)
    given = {} if decide == actions.publish_profile else {"why": why}
    event = act(decide, profile, mo, **given)
    undone = actions.undo_decision(event=ProfileEvent.objects.get(pk=event.pk), user=mo)
    commit()

    after = now(profile)
    for name in ("name", "public_summary", "pending_revision", "revised_at", "state", "is_public"):
        assert getattr(after, name) == getattr(before, name), name
    assert after.version == before.version + 2
    assert undone.changes == {name: [b, a] for name, (a, b) in event.changes.items()}
    # Again, and otherwise.
    again = act(actions.publish_profile, profile, mo)
    assert (again.to_state, now(profile).name) == (State.PUBLISHED, "Ada B")


def test_undo_of_an_edits_decision_is_refused_after_the_owners_next_edit(
    profile: PublicProfile, mo: User, why: Why
) -> None:
    publish(profile)
    PublicProfile.objects.update(name="Ada B")
    event = act(actions.reject_profile, profile, mo, why=why)
    PublicProfile.objects.update(name="Ada C")
    with pytest.raises(Stale):
        actions.undo_decision(event=event, user=mo)
    assert now(profile).pending_revision == {"name": "Ada C"}


def test_slug_of_an_undone_edit_was_public_and_leads_on(profile: PublicProfile, mo: User) -> None:
    publish(profile)
    PublicProfile.objects.update(profile_slug="ada-b")
    event = act(actions.publish_profile, profile, mo)
    actions.undo_decision(event=event, user=mo)
    assert now(profile).profile_slug == profile.profile_slug
    assert PublicProfile.objects.at_slug("ada-b").get() == profile


def test_batch_decides_each_for_itself_and_is_undone(mo: User, why: Why) -> None:
    profiles = [publish(make_profile(make_member())) for _ in range(3)]
    seen = {profile.pk: profile.version for profile in profiles}
    actions.withdraw_profile(profile=profiles[0])
    batch, outcomes = batches.decide_many(action=Action.HIDE, seen=seen, user=mo, why=why)
    assert sorted(outcome.done for outcome in outcomes) == [False, True, True]

    actions.appeal_decision(profile=profiles[1], message="Why?")
    undone = batches.undo_batch(batch=batch, user=mo)
    assert {each.profile.pk: each.done for each in undone} == {
        profiles[1].pk: False,
        profiles[2].pk: True,
    }
    assert now(profiles[2]).is_public
    commit()


def test_undone_publication_takes_over_no_unseen_edit(profile: PublicProfile, mo: User) -> None:
    actions.submit_profile(profile=profile)
    published = act(actions.publish_profile, profile, mo)
    PublicProfile.objects.update(name="Ada B")
    with pytest.raises(Stale):
        actions.undo_decision(event=published, user=mo)


# --- The owner, in SQL ----------------------------------------------------------------------------
def test_owner_submits_appeals_and_withdraws_in_sql(
    profile: PublicProfile, mo: User, why: Why
) -> None:
    ask(MEMBER, profile.pk, "SELECT submit_own_profile()")
    act(actions.reject_profile, profile, mo, why=why)
    ask(MEMBER, profile.pk, "SELECT appeal_own_profile('Why?')")
    assert now(profile).state == State.APPEALED
    ask(MEMBER, profile.pk, "SELECT withdraw_own_profile()")
    commit()
    assert now(profile).state == State.DRAFT


@pytest.mark.parametrize(
    ("call", "match"),
    [
        ("submit_own_profile()", "There is no profile"),
        ("withdraw_own_profile()", "There is no profile"),
        ("appeal_own_profile('x')", "There is no profile"),
        ("take_owner_step('{}', 'submit')", "permission denied"),
    ],
)
def test_nobody_steps_for_another(profile: PublicProfile, call: str, match: str) -> None:
    for caller in (None, make_member().pk):
        with pytest.raises(DatabaseError, match=match):
            ask(MEMBER, caller, f"SELECT {call.format(profile.pk)}")
    assert now(profile).state == State.DRAFT
