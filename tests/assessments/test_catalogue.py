"""Reasons, badges and reserved words, as moderators keep them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import Client

from assessments import actions
from assessments.actions import Why
from assessments.models import Badge, ModerationReason, ReservedWord
from tests.assessments.people import make_member, make_profile, make_reason, make_session, publish
from tests.pages import form_of
from tests.screens import visit_as

REASONS = "/admin/assessments/moderationreason/"
BADGES = "/admin/assessments/badge/"
WORDS = "/admin/assessments/reservedword/"


@pytest.fixture
def client(db: None) -> Client:
    return visit_as("moderators")


def save(client: Client, address: str, **typed: Any) -> Any:
    """The form of that address as it stands, but for what was typed."""
    page = client.get(address)
    assert page.status_code == 200
    sent = {name: value for name, value in form_of(page).items() if not name.startswith("_")}
    given = {key: value if isinstance(value, list) else [value] for key, value in typed.items()}
    return client.post(address, sent | given | {"_save": ["1"]}, follow=True)


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


# --- Reasons --------------------------------------------------------------------------------------


def test_reason_is_added_and_offered_for_what_it_names(client: Client) -> None:
    save(
        client,
        f"{REASONS}add/",
        code="too_short",
        label="Too short",
        message="Please write more.",
        actions=["reject", "request_changes"],
    )

    reason = ModerationReason.objects.get(code="too_short")
    assert (reason.actions, reason.is_active) == (["reject", "request_changes"], True)


def test_reason_keeps_its_code_and_can_be_switched_off(client: Client) -> None:
    make_reason()

    save(client, f"{REASONS}spam/change/", code="other", is_active=[])

    assert not ModerationReason.objects.get(code="spam").is_active
    assert not ModerationReason.objects.filter(code="other").exists()


def test_reason_in_use_is_not_deleted(client: Client) -> None:
    profile = publish(make_profile(make_member()))
    mo = User.objects.get(username="one-of-moderators")
    why = Why(make_reason())
    actions.hide_profile(profile=profile, version=profile.version, user=mo, why=why)

    page = client.get(f"{REASONS}spam/delete/")
    client.post(f"{REASONS}spam/delete/", {"post": "yes"})

    assert "Decisions that name it" in text_of(page)
    assert "inactive instead" in text_of(page)
    assert ModerationReason.objects.filter(code="spam").exists()


def test_reason_that_nobody_used_is_deleted(client: Client) -> None:
    make_reason()

    client.post(f"{REASONS}spam/delete/", {"post": "yes"})

    assert not ModerationReason.objects.filter(code="spam").exists()


def test_reasons_are_put_in_order_in_the_list(client: Client) -> None:
    sent = form_of(client.get(REASONS))
    first, second = ModerationReason.objects.all()[:2]
    keys = {value[0]: name.split("-")[1] for name, value in sent.items() if name.endswith("-code")}
    sent[f"form-{keys[first.pk]}-position"] = ["25"]

    client.post(REASONS, sent | {"_save": ["Save"]})

    assert [each.pk for each in ModerationReason.objects.all()[:2]] == [second.pk, first.pk]


@pytest.mark.django_db
def test_database_refuses_actions_that_need_no_reason() -> None:
    with pytest.raises(IntegrityError, match="actions_are_known"), transaction.atomic():
        ModerationReason.objects.create(code="x", label="X", message="X", actions=["publish"])


@pytest.mark.parametrize(("code", "message"), [("Bad Code", "small letters"), ("spam", "already")])
def test_bad_reasons_come_back_with_what_was_typed(client: Client, code: str, message: str) -> None:
    make_reason()

    answer = save(client, f"{REASONS}add/", code=code, label="Mine", message="Typed.")

    assert message in text_of(answer)
    assert "Typed." in answer.content.decode()


# --- Badges ---------------------------------------------------------------------------------------


def test_badges_say_how_many_profiles_have_them(client: Client) -> None:
    Badge.objects.get_or_create(code="ai_prodigy", defaults={"label": "AI prodigy"})
    for name in ("Ada", "Bo"):
        session = make_session(make_member(name), badges=["ai_prodigy"])
        make_profile(session.user, session=session)

    text = client.get(BADGES).content.decode()

    assert re.search(r'publicprofile/\?badge=ai_prodigy">2<', text)


def test_badges_that_nobody_described_are_named(client: Client) -> None:
    make_session(make_member(), badges=["ai_prodigy", "never_described"])

    text = client.get(BADGES).content.decode()
    looking = visit_as("analysts").get(BADGES).content.decode()

    assert "add/?code=never_described" in text
    assert "never_described" in looking
    assert "add/?code=" not in looking
    assert (
        'value="never_described"'
        in client.get(f"{BADGES}add/?code=never_described").content.decode()
    )


def test_badge_is_edited_but_keeps_its_code(client: Client) -> None:
    Badge.objects.create(code="calm", label="Calm")

    save(client, f"{BADGES}calm/change/", code="other", label="Calm voice", criteria='{"eq": 90}')

    badge = Badge.objects.get(code="calm")
    assert (badge.label, badge.criteria) == ("Calm voice", {"eq": 90})


# --- Reserved words -------------------------------------------------------------------------------


def test_word_is_reserved_at_once(client: Client) -> None:
    save(client, f"{WORDS}add/", word=" Sponsor ", anywhere="on")

    assert ReservedWord.objects.get(word="sponsor").anywhere
    with pytest.raises(IntegrityError), transaction.atomic():
        make_profile(make_member(), profile_slug="big-sponsor-1")


def test_odd_word_is_refused_in_words(client: Client) -> None:
    answer = save(client, f"{WORDS}add/", word="two words")

    assert "small letters, digits and single hyphens" in text_of(answer)


# --- All of them ----------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [REASONS, BADGES, WORDS])
@pytest.mark.parametrize("role", ["ops", "analysts"])
def test_others_look_but_do_not_edit(client: Client, address: str, role: str) -> None:
    looking = visit_as(role)

    text = looking.get(address).content.decode()

    assert f'href="{address}add/"' not in text
    assert 'type="number"' not in text
    assert looking.post(f"{address}add/", {}).status_code == 403


def test_every_change_is_in_the_history(client: Client) -> None:
    make_reason()
    save(client, f"{REASONS}spam/change/", label="Junk")

    text = text_of(client.get(f"{REASONS}spam/history/"))

    assert "Spam" in text
    assert "Junk" in text
    assert "one-of-moderators" in text
    with connection.cursor() as cursor, pytest.raises(Exception, match="append"):
        cursor.execute("DELETE FROM assessments_moderationreasonevent")
