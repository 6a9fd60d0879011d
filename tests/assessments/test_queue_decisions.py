"""Decisions in the moderation queue, and its answers when something went otherwise."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from assessments import actions
from assessments.actions import Why
from assessments.models import ModerationReason, ProfileEvent, PublicProfile
from assessments.models.choices import State
from assessments.moderation.claims import claim_profile
from tests.assessments.people import make_reason
from tests.assessments.queue_pages import QUEUE, decide, moderator, page, state, text_of, words
from tests.assessments.test_claims import edited, holder, submitted


@pytest.fixture
def mo(db: None) -> User:
    return moderator("mo")


@pytest.fixture
def jo(db: None) -> User:
    return moderator("jo")


@pytest.fixture
def client(mo: User) -> Client:
    client = Client()
    client.force_login(mo)
    return client


# --- Deciding ------------------------------------------------------------------------------------
def test_decision_opens_the_next_item_and_says_what_was_done(client: Client, mo: User) -> None:
    first, second = submitted(3, "First"), submitted(2, "Second")
    answer = client.post(
        page(first, "decide"), {"action": "publish", "version": first.version}, follow=True
    )
    assert answer.redirect_chain[0][0].startswith(page(second) + "?done=")
    assert "✓ Published: First. Undo this z" in words(answer)
    assert (state(first), holder(second)) == (State.PUBLISHED, mo)


def test_last_decision_leads_back_to_the_queue(client: Client) -> None:
    answer = client.post(
        page(profile := submitted(), "decide"),
        {"action": "publish", "version": profile.version},
        follow=True,
    )
    text = words(answer)
    assert "Nothing waits." in text
    assert "✓ Published: Ada Lovelace. Undo this z" in text


def test_reason_text_and_note_are_kept(client: Client) -> None:
    profile = submitted()
    sent = {"reason": "advertising", "message": "Less of the shop, please.", "note": "Third time"}
    decide(client, profile, "request_changes", **sent)
    event = ProfileEvent.objects.get(profile=profile, action="request_changes")
    assert (event.reason_id, event.message, event.private_note) == tuple(sent.values())  # type: ignore[attr-defined]


def test_empty_text_is_the_reasons_own(client: Client) -> None:
    decide(client, profile := submitted(), "reject", reason="advertising")
    event = ProfileEvent.objects.get(profile=profile, action="reject")
    assert event.message == ModerationReason.objects.get(pk="advertising").message


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"action": "reject"}, "Choose a reason."),
        ({"action": "reject", "reason": "nonsense"}, "Choose a reason."),
        ({"action": "reject", "reason": "legal"}, "“Legal complaint” is no reason for that."),
        ({"action": "restore"}, "From pending that step is not possible."),
        ({"action": "undo"}, "Choose what to do."),
        ({"action": ""}, "Choose what to do."),
        ({"action": "publish", "version": "x"}, "Choose what to do."),
        ({"action": "publish", "version": "²"}, "Choose what to do."),
    ],
)
def test_refusal_says_why_and_loses_nothing(
    client: Client, sent: dict[str, str], said: str
) -> None:
    profile = submitted()
    typed = {"version": str(profile.version), "message": "Typed text", "note": "Typed note"} | sent
    answer = client.post(page(profile, "decide"), typed)
    assert (answer.status_code, state(profile)) == (200, State.PENDING)
    for text in (said, "Typed text", "Typed note"):
        assert text in words(answer)
    assert ProfileEvent.objects.filter(profile=profile).count() == 1


def test_somebody_else_decided_meanwhile(client: Client, jo: User) -> None:
    seen = submitted()
    why = Why(ModerationReason.objects.get(pk="advertising"))
    actions.reject_profile(profile=seen, version=seen.version, user=jo, why=why)
    answer = decide(client, seen, "request_changes", reason="unclear", message="Typed text")
    assert (answer.status_code, state(seen)) == (200, State.REJECTED)
    text = words(answer)
    assert "Somebody else decided meanwhile: jo, rejected (Advertising), a moment ago." in text
    assert "What you typed To the owner: Typed text" in text


def test_one_s_own_decision_in_another_window_is_told_as_that(client: Client) -> None:
    seen = submitted()
    assert decide(client, seen, "publish").status_code == 302
    text = words(decide(client, seen, "reject", reason="advertising", message="Typed text"))
    assert "You decided meanwhile, in another window: published, a moment ago." in text
    assert "What you typed To the owner: Typed text" in text


def test_text_outlives_a_claim_of_somebody_else(client: Client, jo: User) -> None:
    seen = submitted()
    claim_profile(key=seen.pk, user=jo, take_over=True)
    answer = decide(client, seen, "reject", reason="advertising", message="Typed text")
    text = words(answer)
    assert "jo looks at it" in text
    assert "What you typed To the owner: Typed text" in text
    html = answer.content.decode()
    assert '<input type="hidden" name="message" value="Typed text">' in html
    taken = {"take": "1", "action": "reject", "reason": "advertising", "message": "Typed text"}
    mine = client.post(page(seen, "claim"), taken)
    assert "Typed text</textarea>" in mine.content.decode()
    assert 'data-chosen="reject"' in mine.content.decode()


def test_owner_changed_it_meanwhile(client: Client) -> None:
    seen = submitted()
    PublicProfile.objects.filter(pk=seen.pk).update(name="Ada Byron")
    text = words(decide(client, seen, "request_changes", reason="unclear", message="Typed text"))
    assert "The owner changed it meanwhile: look again." in text
    assert "Typed text" in text
    seen.refresh_from_db()
    assert decide(client, seen, "publish").status_code == 302


def test_decision_on_an_edit_keeps_what_is_live(client: Client) -> None:
    profile = edited()
    assert "Publish the edit p Request changes c Reject the edit r Hide h" in text_of(
        client, page(profile)
    )
    answer = decide(client, profile, "reject", reason="advertising")
    text = words(client.get(answer["Location"]))
    assert "✓ Rejected: the edit of Ada Lovelace." in text
    assert "Undo this z" in text
    assert (state(profile), profile.pending_revision) == (State.PUBLISHED, None)

    event = ProfileEvent.objects.get(profile=profile, action="reject")
    undone = words(client.post(f"{QUEUE}undo/", {"event": event.pk}, follow=True))
    assert "Undone: Rejected: the edit of Ada Lovelace." in undone
    assert "Publish the edit p" in undone
    profile.refresh_from_db()
    assert profile.pending_revision == {"name": "Ada Byron"}


def test_edit_of_what_is_hidden_waits_for_its_turn(client: Client, jo: User) -> None:
    profile = edited()
    decide(client, profile, "hide", reason="legal")
    assert state(profile) == State.HIDDEN
    assert "Nothing waits." in text_of(client, QUEUE)
    html = client.get(page(profile)).content.decode()
    assert "the edit then waits in this queue" in html
    assert '<h3 class="profile-name" itemprop="name" dir="auto">Ada Lovelace</h3>' in html

    decide(client, profile, "restore")
    profile.refresh_from_db()
    assert (profile.name, profile.pending_revision) == ("Ada Lovelace", {"name": "Ada Byron"})
    assert "1 waiting" in text_of(client, QUEUE)

    actions.withdraw_profile(profile=profile)
    profile.refresh_from_db()
    assert (profile.name, profile.pending_revision) == ("Ada Byron", None)
    assert "Nothing waits." in text_of(client, QUEUE)


def test_restored_edit_is_erased_with_its_member(client: Client) -> None:
    profile = edited()
    decide(client, profile, "hide", reason="legal")
    profile.refresh_from_db()
    decide(client, profile, "restore")
    profile.refresh_from_db()
    decide(client, profile, "reject", reason="advertising")
    event = ProfileEvent.objects.get(profile=profile, action="reject")
    assert event.changes["pending_revision"] == [{"name": "Ada Byron"}, None]
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.erase_member(%s)", [profile.pk])
    assert "Nothing waits." in text_of(client, QUEUE)
    event.refresh_from_db()
    assert (event.changes, event.can_be_undone) == ({}, False)


def test_one_stays_on_the_item_if_one_wants(client: Client) -> None:
    submitted(1)
    profile = submitted(2)
    answer = client.post(
        page(profile, "decide") + "?stay=1", {"action": "publish", "version": profile.version}
    )
    assert answer["Location"].startswith(page(profile) + "?stay=1&done=")


def test_switch_to_stay_is_remembered(client: Client) -> None:
    first, then = submitted(2), submitted(1)
    assert "Stay on the item after deciding: off" in text_of(client, page(first))
    answer = client.post(page(first, "stay"), {"stay": "1"}, follow=True)
    assert "Stay on the item after deciding: on" in words(answer)
    assert decide(client, first, "publish")["Location"].startswith(page(first) + "?done=")

    answer = client.post(page(then, "stay") + "?stay=1", {"stay": ""})
    assert answer["Location"] == page(then)
    assert "Stay on the item after deciding: off" in text_of(client, page(then))
    assert not decide(client, then, "publish")["Location"].startswith(page(then))


# --- Undo ----------------------------------------------------------------------------------------
def test_undo_opens_the_item_again(client: Client, mo: User) -> None:
    profile = submitted()
    decide(client, profile, "publish")
    event = ProfileEvent.objects.get(profile=profile, action="publish")
    answer = client.post(f"{QUEUE}undo/", {"event": event.pk}, follow=True)
    assert answer.redirect_chain == [(page(profile), 302)]
    assert "Undone: Published: Ada Lovelace." in words(answer)
    assert (state(profile), holder(profile)) == (State.PENDING, mo)
    assert "undone" in words(answer)


def test_undo_is_refused_where_something_happened_since(client: Client, jo: User) -> None:
    profile = submitted()
    done = decide(client, profile, "publish")
    event = ProfileEvent.objects.get(profile=profile, action="publish")
    profile.refresh_from_db()
    why = Why(make_reason())
    actions.hide_profile(profile=profile, version=profile.version, user=jo, why=why)
    assert "Undo this z" not in text_of(client, done["Location"])
    assert "Not undone. Somebody else decided meanwhile" in words(
        client.post(f"{QUEUE}undo/", {"event": event.pk}, follow=True)
    )
    assert state(profile) == State.HIDDEN


@pytest.mark.parametrize("event", ["", "x", "0199d8a0-0000-7000-8000-000000000000"])
def test_undo_of_nothing_says_so(client: Client, event: str) -> None:
    answer = client.post(f"{QUEUE}undo/", {"event": event}, follow=True)
    assert "There is nothing of yours to undo." in words(answer)


def test_only_ones_own_decision_is_undone(client: Client, jo: User) -> None:
    profile = submitted()
    event = actions.publish_profile(profile=profile, version=profile.version, user=jo)
    assert "✓" not in text_of(client, f"{page(profile)}?done={event.pk}")
    client.post(f"{QUEUE}undo/", {"event": event.pk})
    assert state(profile) == State.PUBLISHED
