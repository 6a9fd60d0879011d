"""Decisions on many profiles: the question, the results, and the way back."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments import actions, batches
from assessments.actions import Why
from assessments.models import ProfileEvent, PublicProfile
from assessments.models.choices import Action, State
from assessments.queries.batches import preview_of, recent_batches
from ops.models import AuditEntry
from tests.assessments.people import make_member, make_profile, make_reason, publish, step
from tests.pages import complaints, form_of
from tests.screens import visit_as

LIST = "/admin/assessments/publicprofile/"


@pytest.fixture
def client(db: None) -> Client:
    return visit_as("moderators")


@pytest.fixture
def mo(client: Client) -> User:
    return User.objects.get(username="one-of-moderators")


def live(name: str) -> PublicProfile:
    return publish(make_profile(make_member(name)))


def pending(name: str) -> PublicProfile:
    profile = make_profile(make_member(name))
    step(profile, Action.SUBMIT, State.PENDING)
    return profile


def commit() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def ask(client: Client, action: str, *profiles: PublicProfile, **query: str) -> HttpResponse:
    data = {"action": action, "_selected_action": [str(each.pk) for each in profiles]}
    return client.post(LIST, data | {"select_across": "0"}, query_params=query)


def decide(client: Client, asked: HttpResponse, **typed: str) -> HttpResponse:
    return client.post(f"{LIST}decide/", form_of(asked) | {k: [v] for k, v in typed.items()})


def states() -> dict[str, str]:
    return dict(PublicProfile.objects.values_list("name", "state"))


def batch_in(answer: HttpResponse) -> UUID:
    found = re.search(r"batches/([0-9a-f-]{36})/", answer.content.decode())
    assert found
    return UUID(found[1])


def text_of(answer: HttpResponse) -> str:
    """The page's words."""
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


# --- Asking ---------------------------------------------------------------------------------------


def test_question_says_what_becomes_of_each(client: Client) -> None:
    make_reason()
    chosen = [pending("A"), pending("B"), live("C"), make_profile(make_member("D"))]

    asked = ask(client, "publish", *chosen)

    text = text_of(asked)
    assert "Publish 4 profiles" in text
    assert "Pending 2 Will be published." in text
    assert "Published 1 Stays: it is published already." in text
    assert "Draft 1 Stays: it is draft." in text
    assert ">Publish 2 profiles</button>" in asked.content.decode()
    assert states() == {"A": "pending", "B": "pending", "C": "published", "D": "draft"}


def test_question_names_edits_and_who_looks_at_them(client: Client, mo: User) -> None:
    edited = live("Ada")
    PublicProfile.objects.filter(pk=edited.pk).update(public_summary="Another one.")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public_profiles SET claimed_by_id = %s,"
            " claimed_until = now() + interval '9 min'",
            [User.objects.create_user("jo").pk],
        )
    profile = PublicProfile.objects.get()

    text = text_of(ask(client, "reject", profile))

    assert "Published, with an edit that waits 1 The edit is dropped; the profile stays." in text
    assert "Somebody else looks at 1 of them" in text
    assert preview_of([profile], Action.HIDE, mo).forecasts[0].text == "Will be hidden."


def test_question_offers_no_button_where_nothing_can_change(client: Client) -> None:
    asked = ask(client, "hide", pending("A"))

    assert "None of them can be decided on like that" in text_of(asked)
    assert "data-decision" not in asked.content.decode()


def test_reason_is_asked_for_and_what_was_typed_stays(client: Client) -> None:
    make_reason()
    asked = ask(client, "hide", live("Ada"))

    again = decide(client, asked, note="Because of the video.")

    assert "This field is required." in text_of(again)
    assert "Because of the video." in again.content.decode()
    assert states() == {"Ada": "published"}


def test_more_than_the_limit_are_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessments.admin.bulk.LIMIT", 2)
    for name in "ABC":
        pending(name)

    data = {"action": "publish", "_selected_action": [str(PublicProfile.objects.first().pk)]}  # type: ignore[union-attr]
    answer = client.post(LIST, data | {"select_across": "1"}, follow=True)

    assert "More than 2 profiles are too many for one go" in text_of(answer)


def test_all_of_a_filtered_list_can_be_chosen(client: Client) -> None:
    first, _, other = pending("A"), pending("B"), live("C")
    data = {"action": "publish", "_selected_action": [str(first.pk)], "select_across": "1"}

    asked = client.post(LIST, data, query_params={"state": "pending"})

    assert "Publish 2 profiles" in text_of(asked)
    assert str(other.pk) not in asked.content.decode()


# --- Deciding -------------------------------------------------------------------------------------


def test_decides_on_each_with_one_reason_and_one_batch(client: Client, mo: User) -> None:
    reason = make_reason()
    chosen = [live(name) for name in "ABC"]

    done = decide(client, ask(client, "hide", *chosen), reason=reason.pk, note="Seen.")
    commit()

    assert states() == {"A": "hidden", "B": "hidden", "C": "hidden"}
    assert "Hide: 3 of 3 profiles" in text_of(done)
    events = ProfileEvent.objects.filter(batch=batch_in(done))
    assert {(each.actor, each.reason, each.message, each.private_note) for each in events} == {
        (mo, reason, reason.message, "Seen.")
    }
    logged = AuditEntry.objects.filter(action="hide_profile", actor=mo)
    assert {entry.entity_id for entry in logged} == {str(each.pk) for each in chosen}


def test_what_changed_in_between_stays_and_is_reported(client: Client, mo: User) -> None:
    reason = make_reason()
    mine, theirs = live("Mine"), live("Theirs")
    asked = ask(client, "hide", mine, theirs)
    PublicProfile.objects.filter(pk=theirs.pk).update(years_experience=8)

    done = decide(client, asked, reason=reason.pk)
    commit()

    assert states() == {"Mine": "hidden", "Theirs": "published"}
    text = text_of(done)
    assert "1 stayed as it was" in text
    assert "Theirs Not done: Somebody else decided meanwhile" in text
    assert "Mine ✓ Now hidden." in text


def test_publishes_submissions_and_edits_together(client: Client) -> None:
    edited, submitted = live("Edited"), pending("Submitted")
    before = PublicProfile.objects.get(pk=edited.pk).published_at
    PublicProfile.objects.filter(pk=edited.pk).update(public_summary="Another one.")

    done = decide(client, ask(client, "publish", edited, submitted))
    commit()

    edited.refresh_from_db()
    assert (edited.public_summary, edited.pending_revision) == ("Another one.", None)
    assert edited.published_at == before
    assert states() == {"Edited": "published", "Submitted": "published"}
    assert "Edited ✓ The edit is public now." in text_of(done)


def test_one_that_the_database_refuses_keeps_no_other(mo: User) -> None:
    """An event that is there already for the version stands in the way of one of them."""
    good, bad = pending("Good"), pending("Bad")
    commit()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE profile_events DISABLE TRIGGER USER")
        ProfileEvent.objects.create(
            profile=bad, version=3, action="appeal", from_state="hidden", to_state="appealed"
        )
        commit()
        cursor.execute("ALTER TABLE profile_events ENABLE TRIGGER USER")
    seen = dict(PublicProfile.objects.values_list("pk", "version"))
    assert seen[bad.pk] == 2

    _, outcomes = batches.decide_many(action=Action.PUBLISH, seen=seen, user=mo)
    commit()

    assert {each.profile.name: each.done for each in outcomes} == {"Good": True, "Bad": False}
    assert states() == {"Good": "published", "Bad": "pending"}
    assert good.pk in seen


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"what": "publish"},
        {"what": "withdraw", "seen": f"{UUID(int=1)}:1"},
        {"what": "publish", "seen": "nonsense a:b :1"},
    ],
)
def test_forged_forms_change_nothing(client: Client, sent: dict[str, str]) -> None:
    pending("A")

    answer = client.post(f"{LIST}decide/", sent, follow=True)

    assert "Choose profiles in the list first." in text_of(answer)
    assert states() == {"A": "pending"}


def test_a_profile_that_is_gone_is_counted(client: Client) -> None:
    profile = pending("A")

    sent = {"what": "publish", "seen": f"{profile.pk}:2 {UUID(int=1)}:1", "note": ""}
    answer = client.post(f"{LIST}decide/", sent)

    assert "1 is gone" in text_of(answer)


def test_takes_the_same_statements_for_many_as_for_few(mo: User) -> None:
    def statements(count: int) -> int:
        seen = {live(f"P{n}").pk: 3 for n in range(count)}
        seen = dict(PublicProfile.objects.filter(pk__in=seen).values_list("pk", "version"))
        why = Why(make_reason())
        with CaptureQueriesContext(connection) as captured:
            _, outcomes = batches.decide_many(action=Action.HIDE, seen=seen, user=mo, why=why)
        assert all(outcome.done for outcome in outcomes)
        return len(captured)

    assert statements(2) == statements(20)


# --- Undoing --------------------------------------------------------------------------------------


def hidden_batch(client: Client, *profiles: PublicProfile) -> UUID:
    asked = ask(client, "hide", *profiles)
    return batch_in(decide(client, asked, reason=make_reason().pk))


def test_undoes_the_batch_but_not_what_changed_since(client: Client, mo: User) -> None:
    make_reason()
    one, two = live("One"), live("Two")
    published_at = one.published_at
    batch = hidden_batch(client, one, two)
    two.refresh_from_db()
    actions.restore_profile(profile=two, version=two.version, user=mo)

    answer = client.post(f"{LIST}batches/{batch}/undo/", follow=True)
    commit()

    assert states() == {"One": "published", "Two": "published"}
    one.refresh_from_db()
    assert one.published_at == published_at
    text = text_of(answer)
    assert "Undone: 1 profile. 1 profile changed since" in text
    assert "Undone by one-of-moderators" in text
    assert "Changed since" in text
    assert "Undo this batch" not in text


def test_undoing_twice_says_so(client: Client) -> None:
    make_reason()
    batch = hidden_batch(client, live("One"))

    client.post(f"{LIST}batches/{batch}/undo/")
    answer = client.post(f"{LIST}batches/{batch}/undo/", follow=True)

    assert "Undone: 0 profiles. 1 profile changed since, or were undone before" in text_of(answer)
    assert states() == {"One": "published"}


def test_decisions_on_edits_are_taken_back(client: Client, mo: User) -> None:
    edited, submitted = live("Edited"), pending("Submitted")
    PublicProfile.objects.filter(pk=edited.pk).update(public_summary="Another one.")
    batch = batch_in(decide(client, ask(client, "publish", edited, submitted)))
    assert "Undo 2 of 2" in text_of(client.get(f"{LIST}batches/{batch}/"))

    outcomes = batches.undo_batch(batch=batch, user=mo)
    commit()

    told = {outcome.profile.name: outcome.message for outcome in outcomes}
    assert told == {"Edited": "The edit waits again.", "Submitted": "Now pending."}
    edited.refresh_from_db()
    assert edited.pending_revision == {"public_summary": "Another one."}
    assert states() == {"Edited": "published", "Submitted": "pending"}


def test_unknown_batch_is_not_found(client: Client) -> None:
    assert client.get(f"{LIST}batches/{UUID(int=5)}/").status_code == 404
    assert client.post(f"{LIST}batches/{UUID(int=5)}/undo/").status_code == 404


def test_recent_batches_are_the_newest_first(client: Client) -> None:
    make_reason()
    first = hidden_batch(client, live("One"), live("Two"))
    second = batch_in(decide(client, ask(client, "publish", pending("Three"))))
    client.post(f"{LIST}batches/{first}/undo/")

    _, *rows = [(row.action, row.count, row.undone) for row in recent_batches()]

    assert rows == [("Publish", 1, 0), ("Hide", 2, 2)]
    text = client.get(f"{LIST}batches/").content.decode()
    assert text.index(str(second)) < text.index(str(first))


# --- Who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["ops", "analysts"])
def test_who_may_only_look_cannot_decide(client: Client, role: str) -> None:
    make_reason()
    batch = hidden_batch(client, live("One"))
    looking = visit_as(role)
    asked = ask(client, "publish", pending("Two"))

    assert "select_across" not in looking.get(LIST).content.decode()
    page = looking.get(f"{LIST}batches/{batch}/")
    assert "One" in text_of(page)
    assert "Undo 1 of 1" not in text_of(page)
    assert decide(looking, asked).status_code == 403
    assert looking.post(f"{LIST}batches/{batch}/undo/").status_code == 403
    ask(looking, "publish", PublicProfile.objects.get(name="Two"))
    assert states() == {"One": "hidden", "Two": "pending"}


def test_hostile_names_are_shown_as_text(client: Client) -> None:
    make_reason()
    name = "<script>hostile()</script><b data-hostile>"
    asked = ask(client, "hide", live(name))
    done = decide(client, asked, reason=make_reason().pk, message=name, note=name)
    pages: list[Any] = [asked, done, client.get(f"{LIST}batches/{batch_in(done)}/")]

    for page in pages:
        assert complaints(page) == []
        assert "&lt;script&gt;" in page.content.decode()
