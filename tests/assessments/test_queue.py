"""The moderation queue: its list, its claims, its items."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions
from assessments.actions import Why
from assessments.models import ModerationReason, PublicProfile
from assessments.models.choices import State
from assessments.moderation.claims import claim_profile
from tests.assessments.people import make_member, make_profile, make_reason, publish
from tests.assessments.queue_pages import QUEUE, decide, moderator, page, state, text_of, words
from tests.assessments.test_claims import appealed, edited, expire, holder, submitted
from tests.hostile import HOSTILE
from tests.pages import complaints


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


# --- The list ------------------------------------------------------------------------------------
def test_empty_queue_says_so(client: Client) -> None:
    text = text_of(client, QUEUE)
    assert "Nothing waits." in text
    assert "Take the first" not in text


def test_rows_say_why_they_are_there_how_old_and_who_looks(
    client: Client, mo: User, jo: User
) -> None:
    again = submitted(1, "Again")
    why = Why(make_reason())
    actions.request_changes(profile=again, version=again.version, user=mo, why=why)
    actions.submit_profile(profile=again)
    claim_profile(key=submitted(30, "Due").pk, user=jo)
    submitted(50, "Late")
    edited()
    appealed(mo)

    text = text_of(client, QUEUE)

    assert "5 waiting 1 over 48 h" in text
    for row in (
        "Again Resubmitted after changes",
        "Due Submitted 30 h ago, due jo looks at it, 15 min left",
        "Late Submitted 2 d ago, late",
        "Ada Lovelace Edit of a published profile: name",
        "Ada Lovelace Appeals the hiding by mo",
        "All 5 Appeals 1 Submissions 3 Edits 1",
        "Unclaimed 4 Mine 0",
    ):
        assert row in text, row


def test_the_badge_counts_what_the_queue_has_and_no_further(mo: User) -> None:
    def counted(limit: int) -> int:
        waiting = PublicProfile.objects.waiting_in_order()
        return sum(each[:limit].count() for each in waiting)

    assert counted(3) == 0
    submitted()
    edited()
    assert counted(3) == PublicProfile.objects.awaiting_decision().count() == 2
    appealed(mo)
    submitted()
    assert counted(1) == 2
    assert counted(9) == PublicProfile.objects.awaiting_decision().count() == 4


def test_filter_that_finds_nothing_leads_back(client: Client) -> None:
    submitted()
    assert "Nothing of that kind waits." in text_of(client, f"{QUEUE}?why=appeal")
    assert "1 waiting" in text_of(client, f"{QUEUE}?why=nonsense&who=nonsense&page=x")


def test_pages_hold_fifty_rows(client: Client) -> None:
    for _ in range(51):
        last = submitted()
    assert "Page 1 of 2" in text_of(client, QUEUE)
    assert client.get(f"{QUEUE}?page=2").content.count(b"queue-row") == 2
    # An item is shown with the page on which it stands.
    assert "Page 2 of 2" in text_of(client, page(last))


# --- Looking and claiming ------------------------------------------------------------------------
def test_looking_claims_nothing(client: Client) -> None:
    profile = submitted()
    assert "Nobody looks at it." in text_of(client, page(profile))
    assert holder(profile) is None


def test_opening_by_the_queues_button_claims(client: Client, mo: User) -> None:
    profile = submitted()
    answer = client.post(page(profile, "claim") + "?why=submission", follow=True)
    assert answer.redirect_chain == [(page(profile) + "?why=submission", 302)]
    assert "Yours for 15 min" in words(answer)
    assert holder(profile) == mo

    client.post(page(profile, "release"))
    assert holder(profile) is None


def test_what_another_looks_at_is_decided_only_after_taking_it_over(
    client: Client, mo: User, jo: User
) -> None:
    profile = submitted()
    claim_profile(key=profile.pk, user=jo)
    text = words(client.post(page(profile, "claim"), follow=True))
    assert "jo is looking at this (15 min left)" in text
    assert "Publish p" not in text

    refused = decide(client, profile, "publish")
    assert (refused.status_code, state(profile)) == (200, State.PENDING)
    assert "jo looks at it. Take it over first." in words(refused)

    text = words(client.post(page(profile, "claim"), {"take": "1"}, follow=True))
    assert "Yours for 15 min" in text
    assert decide(client, profile, "publish").status_code == 302
    assert state(profile) == State.PUBLISHED


def test_expired_claim_is_in_nobodys_way(client: Client, jo: User) -> None:
    profile = submitted()
    claim_profile(key=profile.pk, user=jo)
    expire(profile)
    assert "Nobody looks at it." in text_of(client, page(profile))
    assert decide(client, profile, "publish").status_code == 302


# --- The item ------------------------------------------------------------------------------------
def test_item_of_nobody_is_not_found(client: Client, mo: User) -> None:
    address = reverse("admin:assessments_publicprofile_queue_item", args=[make_member().pk])
    assert client.get(address).status_code == 404
    for view in ("claim", "release", "decide"):
        assert client.post(address + view + "/").status_code == 404


def test_edit_shows_what_changes_and_how_it_would_look(client: Client) -> None:
    summary = "I build looms that weave patterns out of numbers, and I write about them."
    profile = publish(make_profile(make_member(), public_summary=summary))
    PublicProfile.objects.filter(pk=profile.pk).update(
        public_summary=summary.replace("looms", "engines"), video_url=None, name="Ada Byron"
    )
    html = client.get(page(profile)).content.decode()
    assert "<del>looms </del><ins>engines </ins>" in html
    assert "<del>Ada Lovelace</del> → <ins>Ada Byron</ins>" in html
    assert '<h3 class="profile-name" itemprop="name" dir="auto">Ada Byron</h3>' in html


def test_appeal_stands_beside_the_decision(client: Client, jo: User) -> None:
    text = text_of(client, page(appealed(jo)))
    assert "What was decided Hide by jo" in text
    assert "No advertising, please. What the owner says" in text
    assert "Please look again." in text
    assert "Overturn o Uphold u" in text


def test_own_decision_is_judged_by_somebody_else(client: Client, mo: User) -> None:
    profile = appealed(mo)
    text = text_of(client, page(profile))
    assert "You decided this yourself: somebody else judges the appeal." in text
    assert "Overturn o" not in text

    reason = ModerationReason.objects.get(pk="decision_stands")
    refused = decide(client, profile, "uphold", reason=reason.pk)
    assert "Somebody else judges the appeal than who decided." in words(refused)
    assert state(profile) == State.APPEALED


def test_duplicates_are_named_with_their_reasons(client: Client) -> None:
    summary = "I help teams to ship software that people can read, and that works at night."
    texts: dict[str, Any] = {"public_summary": summary, "email": "one@example.org"}
    profile = make_profile(make_member(), profile_slug="ada-lovelace-2", **texts)
    texts = {"public_summary": summary.replace("night", "noon"), "email": "ONE@example.org"}
    make_profile(make_member("Twin"), profile_slug="ada-lovelace", **texts)
    make_profile(make_member("Stranger"), profile_slug="ada-lovelace-king")
    text = text_of(client, page(profile))
    assert "Twin (draft): The same e-mail; The same slug but for its number; A summary" in text
    assert "Stranger" not in text


def test_links_and_video_say_where_they_lead(client: Client) -> None:
    profile = make_profile(
        make_member(),
        public_summary="See http://xn--pple-43d.com/login",
        video_url="https://www.youtube.com/watch?v=1",
    )
    html = client.get(page(profile)).content.decode()
    assert "Mixes alphabets" in html
    assert "Not encrypted" in html
    assert "Video on <strong>www.youtube.com</strong>: allowed" in html
    for link in re.findall(r'<a [^>]*href="https?://[^>]*>', html):
        assert 'target="_blank"' in link
        assert "noreferrer" in link


def test_everything_hostile_stays_text(client: Client, mo: User, jo: User) -> None:
    texts = {"public_summary": HOSTILE, "self_description": HOSTILE, "name": HOSTILE[:120]}
    profile = publish(make_profile(make_member(HOSTILE), **texts))
    edit = {name: f"More {value}"[:120] for name, value in texts.items()}
    PublicProfile.objects.filter(pk=profile.pk).update(**edit)
    profile.refresh_from_db()
    why = Why(make_reason(), HOSTILE, HOSTILE)
    actions.reject_profile(profile=profile, version=profile.version, user=jo, why=why)
    PublicProfile.objects.filter(pk=profile.pk).update(**edit)
    ModerationReason.objects.update(label=HOSTILE, message=HOSTILE, note=HOSTILE)
    for address in (QUEUE, page(profile)):
        assert complaints(client.get(address)) == []
    refused = decide(client, profile, "reject", message=HOSTILE, note=HOSTILE, reason=HOSTILE)
    assert complaints(refused) == []


# --- Effort --------------------------------------------------------------------------------------
def test_pages_ask_as_much_for_twenty_rows_as_for_one(client: Client, jo: User) -> None:
    first = submitted(9)
    counts: list[list[int]] = [[], []]
    for found in counts:
        for address in (QUEUE, page(first)):
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            found.append(len(captured))
        for number in range(9):
            submitted(name=f"Name {number}")
            appealed(jo)
    assert counts[0] == counts[1]
    assert counts[1] <= [8, 15]


def test_deciding_and_opening_the_next_takes_few_queries(client: Client) -> None:
    for _ in range(3):
        submitted()
    profile = submitted(9)
    with CaptureQueriesContext(connection) as captured:
        decide(client, profile, "publish")
    assert len(captured) <= 25, "\n".join(query["sql"] for query in captured)
