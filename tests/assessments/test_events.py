"""The state machine of a profile in plain SQL: no step without its event, none out of line."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from assessments.models import ProfileEvent, PublicProfile
from assessments.models.choices import Action, State
from tests.assessments.people import make_reason, publish, step


@pytest.fixture
def moderators(db: None) -> tuple[User, User]:
    return User.objects.create_user("mo"), User.objects.create_user("jo")


def refused(profile: PublicProfile, *args: Any, match: str, **given: Any) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        step(profile, *args, **given)


def commit() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_step_without_event_fails_at_the_end(profile: PublicProfile) -> None:
    PublicProfile.objects.update(state=State.PENDING, opted_in=True, submitted_at=timezone.now())
    with pytest.raises(DatabaseError, match="has no event"), transaction.atomic():
        commit()
    # The row is put back, so that the test's own end finds nothing to check.
    ProfileEvent.objects.create(
        profile=profile, version=2, action="submit", from_state="draft", to_state="pending"
    )
    commit()


@pytest.mark.parametrize("to_state", [State.PUBLISHED, State.HIDDEN, State.REJECTED])
def test_draft_only_becomes_pending(profile: PublicProfile, to_state: State) -> None:
    refused(profile, Action.PUBLISH, to_state, match="Invalid transition")


@pytest.mark.parametrize(
    ("action", "rule"),
    [(Action.HIDE, "profile_event_step_is_known"), (Action.UNDO, "undo_names|profile_event_step")],
)
def test_action_and_step_belong_together(profile: PublicProfile, action: Action, rule: str) -> None:
    refused(profile, action, State.PENDING, match=f"{rule}|Only the newest decision")


@pytest.mark.parametrize("given", [{"reason": None}, {"message": " \n"}])
def test_decision_says_why(profile: PublicProfile, given: dict[str, Any]) -> None:
    step(profile, Action.SUBMIT, State.PENDING)
    refused(profile, Action.REJECT, State.REJECTED, match="decision_says_why", **given)


def test_event_tells_of_the_version_it_made(profile: PublicProfile) -> None:
    values = {"profile": profile, "action": "submit", "from_state": "draft", "to_state": "pending"}
    with pytest.raises(DatabaseError, match="as it is"), transaction.atomic():
        ProfileEvent.objects.create(version=1, **values)


def test_two_decisions_on_one_version_are_one(profile: PublicProfile) -> None:
    publish(profile)
    with pytest.raises(DatabaseError, match="one_step_from_a_version"), transaction.atomic():
        ProfileEvent.objects.create(
            profile=profile,
            version=profile.version,
            action="publish",
            from_state="published",
            to_state="published",
            changes={"pending_revision": [{}, None]},
        )


@pytest.mark.parametrize(
    "verb", ["UPDATE profile_events SET message = 'x'", "DELETE FROM profile_events"]
)
def test_events_are_append_only(profile: PublicProfile, verb: str) -> None:
    publish(profile)
    with (
        pytest.raises(DatabaseError, match="Cannot update or delete rows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb)


def test_appeal_is_judged_by_somebody_else_and_made_once(
    profile: PublicProfile, moderators: tuple[User, User]
) -> None:
    mo, jo = moderators
    publish(profile)
    step(profile, Action.HIDE, State.HIDDEN, actor=mo)
    step(profile, Action.APPEAL, State.APPEALED)
    refused(profile, Action.UPHOLD, State.HIDDEN, actor=mo, match="Somebody else judges")
    refused(profile, Action.OVERTURN, State.PUBLISHED, actor=mo, match="Somebody else judges")
    refused(profile, Action.UPHOLD, State.REJECTED, actor=jo, match="Upheld, it is hidden again")
    step(profile, Action.UPHOLD, State.HIDDEN, actor=jo)
    refused(profile, Action.APPEAL, State.APPEALED, match="appealed once")
    commit()


def test_undo_takes_back_the_newest_decision_only(
    profile: PublicProfile, moderators: tuple[User, User]
) -> None:
    mo, _ = moderators
    step(profile, Action.SUBMIT, State.PENDING)
    published = step(profile, Action.PUBLISH, State.PUBLISHED, actor=mo)
    hidden = step(profile, Action.HIDE, State.HIDDEN, actor=mo)
    refused(profile, Action.UNDO, State.PUBLISHED, undoes=published, match="Only the newest")
    undone = step(profile, Action.UNDO, State.PUBLISHED, actor=mo, undoes=hidden)
    refused(
        profile, Action.UNDO, State.HIDDEN, undoes=undone, match="Only the newest|step_is_known"
    )
    commit()


@pytest.mark.parametrize("state", [state for state in State if state != State.DRAFT])
def test_owner_withdraws_from_every_state(profile: PublicProfile, state: State) -> None:
    make_reason()
    paths = {
        State.PENDING: [],
        State.CHANGES_REQUESTED: [(Action.REQUEST_CHANGES, State.CHANGES_REQUESTED)],
        State.REJECTED: [(Action.REJECT, State.REJECTED)],
        State.PUBLISHED: [(Action.PUBLISH, State.PUBLISHED)],
        State.HIDDEN: [(Action.PUBLISH, State.PUBLISHED), (Action.HIDE, State.HIDDEN)],
        State.APPEALED: [(Action.REJECT, State.REJECTED), (Action.APPEAL, State.APPEALED)],
    }
    step(profile, Action.SUBMIT, State.PENDING)
    for action, to_state in paths[state]:
        step(profile, action, to_state)
    step(profile, Action.WITHDRAW, State.DRAFT)
    commit()

    profile.refresh_from_db()
    assert (profile.state, profile.opted_in, profile.is_public) == (State.DRAFT, False, False)


def test_withdrawn_profile_takes_over_what_waited(profile: PublicProfile) -> None:
    publish(profile)
    PublicProfile.objects.update(name="Ada B")
    step(profile, Action.WITHDRAW, State.DRAFT)
    profile.refresh_from_db()
    assert (profile.name, profile.pending_revision) == ("Ada B", None)


def test_edit_of_a_hidden_profile_waits_too(profile: PublicProfile) -> None:
    publish(profile)
    step(profile, Action.HIDE, State.HIDDEN)
    PublicProfile.objects.update(public_summary="An advertisement")
    step(profile, Action.RESTORE, State.PUBLISHED)
    profile.refresh_from_db()
    assert profile.public_summary is None
    assert profile.pending_revision == {"public_summary": "An advertisement"}


# --- Decisions on edits ---------------------------------------------------------------------------
DECIDED = """
    UPDATE public_profiles SET name = %s, pending_revision = NULL, revised_at = NULL
    WHERE user_id = %s RETURNING version
"""
PUT_BACK = """
    UPDATE public_profiles SET name = %s, pending_revision = %s, revised_at = now()
    WHERE user_id = %s RETURNING version
"""


def write(statement: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        (version,) = cursor.fetchone()
    return version


def on_edit(profile: PublicProfile, version: int, action: str, **given: Any) -> ProfileEvent:
    return ProfileEvent.objects.create(
        profile=profile,
        version=version,
        action=action,
        from_state="published",
        to_state="published",
        **given,
    )


@pytest.fixture
def published_edit(profile: PublicProfile) -> ProfileEvent:
    publish(profile)
    PublicProfile.objects.update(name="Ada B")
    version = write(DECIDED, "Ada B", profile.pk)
    changes = {
        "name": ["Ada Lovelace", "Ada B"],
        "pending_revision": [{"name": "Ada B"}, None],
        "revised_at": ["2026-01-01T00:00:00+00:00", None],
    }
    return on_edit(profile, version, "publish", changes=changes)


def test_decision_on_an_edit_keeps_the_edit(profile: PublicProfile) -> None:
    publish(profile)
    PublicProfile.objects.update(name="Ada B")
    version = write(DECIDED, "Ada Lovelace", profile.pk)
    with pytest.raises(DatabaseError, match="keeps the edit"), transaction.atomic():
        on_edit(profile, version, "publish", changes={"name": ["Ada Lovelace", "Ada B"]})


def test_undone_decision_on_an_edit_puts_the_edit_back(published_edit: ProfileEvent) -> None:
    profile = published_edit.profile
    version = write(PUT_BACK, "Ada Lovelace", '{"name": "Ada B"}', profile.pk)
    profile.refresh_from_db()
    assert (profile.name, profile.pending_revision) == ("Ada Lovelace", {"name": "Ada B"})
    changes = {"pending_revision": [None, {"name": "Ada B"}]}
    undo = on_edit(profile, version, "undo", undoes=published_edit, changes=changes)
    assert undo.undoes == published_edit


@pytest.mark.parametrize(
    ("name", "revision"),
    [("Ada B", '{"name": "Ada B"}'), ("Ada Lovelace", "{}"), ("Eve", '{"name": "Ada B"}')],
)
def test_undo_of_half_a_decision_is_refused(
    published_edit: ProfileEvent, name: str, revision: str
) -> None:
    profile = published_edit.profile
    version = write(PUT_BACK, name, revision, profile.pk)
    changes: dict[str, Any] = {"pending_revision": [None, {}]}
    with pytest.raises(DatabaseError, match="not as it was before"), transaction.atomic():
        on_edit(profile, version, "undo", undoes=published_edit, changes=changes)


def test_edit_is_not_put_back_by_what_undoes_nothing(published_edit: ProfileEvent) -> None:
    profile = published_edit.profile
    version = write(PUT_BACK, "Ada Lovelace", '{"name": "Ada B"}', profile.pk)
    with pytest.raises(DatabaseError, match="Only the newest"), transaction.atomic():
        on_edit(profile, version, "undo", changes={"pending_revision": [None, {}]})
