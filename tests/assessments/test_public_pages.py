"""A profile's public page: what anybody sees, and what nobody sees."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from assessments import actions
from assessments.actions import Why
from assessments.models import Member, PublicProfile
from assessments.models.choices import Action, State
from assessments.querysets import PUBLIC_COLUMNS
from tests.assessments.people import (
    make_profile,
    make_reason,
    make_session,
    publish,
    step,
)
from tests.assessments.public_pages import LIST, STRICT, names_in, page_of
from tests.assessments.roles import ANON, ask
from tests.hostile import HOSTILE
from tests.pages import complaints


@pytest.fixture
def public(member: Member) -> PublicProfile:
    return publish(make_profile(member, session=make_session(member), profile_slug="ada"))


# --- A profile -----------------------------------------------------------------------------------
def test_public_profile_is_for_everybody(client: Client, public: PublicProfile) -> None:
    answer = client.get(public.get_absolute_url())

    assert answer.status_code == 200
    assert complaints(answer, STRICT) == []
    text = answer.content.decode()
    for part in (
        '<html lang="en">',
        "<title>Ada Lovelace · Public profile</title>",
        'content="index, follow, noarchive"',
        'href="#main"',
        '<main id="main"',
        'itemtype="https://schema.org/ProfilePage"',
        'itemtype="https://schema.org/Person"',
        'rel="canonical" href="http://testserver/profiles/ada/"',
    ):
        assert part in text, part
    assert text.count("<h1") == 1
    assert "X-Robots-Tag" not in answer.headers
    assert str(public.email) not in text
    assert str(public.pk) not in text


def test_page_makes_no_session(client: Client, public: PublicProfile) -> None:
    for address in (LIST, page_of("ada"), page_of("nobody")):
        answer = client.get(address)
        assert not answer.cookies
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_page_shows_what_the_public_role_reads(client: Client, public: PublicProfile) -> None:
    public.show_scores = True
    public.public_summary = "Waits for a moderator."
    public.save()
    query = f"SELECT {', '.join(PUBLIC_COLUMNS)} FROM public_profiles WHERE profile_slug = 'ada'"
    [row] = ask(ANON, None, query)
    read = dict(zip(PUBLIC_COLUMNS, row, strict=True))
    view = client.get(page_of("ada")).context["view"]

    assert (view.slug, view.name, view.career_level) == ("ada", read["name"], read["career_level"])
    assert (view.years_experience, view.archetype) == (read["years_experience"], read["archetype"])
    assert (view.summary, view.description) == ("", "")
    assert (read["public_summary"], read["self_description"]) == (None, None)
    assert view.personality_type == read["personality_type"]
    assert [badge.code for badge in view.badges] == read["badges"]
    assert list(view.roles) == read["best_fit_roles"]
    assert view.overall_score == read["overall_score"] == 80
    assert {score.label.lower() for score in view.scores} < set(json.loads(read["category_scores"]))
    assert view.published_at == read["published_at"]


def test_no_score_where_its_owner_shows_none(client: Client, public: PublicProfile) -> None:
    for address in (LIST, page_of("ada")):
        text = client.get(address).content.decode()
        assert "Score" not in text
        assert ">80<" not in text
        assert ">85<" not in text


def test_pending_edit_is_not_public(client: Client, public: PublicProfile) -> None:
    PublicProfile.objects.update(name="Insult", public_summary="Insult", profile_slug="insult")
    assert b"nsult" not in client.get(page_of("ada")).content
    assert b"nsult" not in client.get(LIST).content
    assert client.get(page_of("insult")).status_code == 404


# --- Nothing is there ----------------------------------------------------------------------------
def missing(answer: HttpResponse) -> bool:
    """The same answer, byte for byte, as for what never existed; but for the request's number."""
    never = Client().get(page_of("never-existed"))
    del answer.headers["X-Request-ID"], never.headers["X-Request-ID"]
    kept = {"X-Robots-Tag": "noindex", "Cache-Control": "no-cache"}
    return (
        answer.status_code == 404
        and answer.content == never.content
        and answer.headers == never.headers
        and kept.items() <= dict(answer.headers).items()
    )


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_every_other_state_is_missing(client: Client, member: Member, state: State) -> None:
    profile = make_profile(member, profile_slug="ada")
    for action, to_state in {
        State.DRAFT: [],
        State.PENDING: [(Action.SUBMIT, State.PENDING)],
        State.CHANGES_REQUESTED: [
            (Action.SUBMIT, State.PENDING),
            (Action.REQUEST_CHANGES, State.CHANGES_REQUESTED),
        ],
        State.REJECTED: [(Action.SUBMIT, State.PENDING), (Action.REJECT, State.REJECTED)],
        State.HIDDEN: [
            (Action.SUBMIT, State.PENDING),
            (Action.PUBLISH, State.PUBLISHED),
            (Action.HIDE, State.HIDDEN),
        ],
        State.APPEALED: [
            (Action.SUBMIT, State.PENDING),
            (Action.PUBLISH, State.PUBLISHED),
            (Action.HIDE, State.HIDDEN),
            (Action.APPEAL, State.APPEALED),
        ],
    }[state]:
        step(profile, action, to_state)

    assert missing(client.get(page_of("ada")))
    assert names_in(client.get(LIST)) == []


@pytest.mark.parametrize("change", ["hidden", "withdrawn", "inactive", "erased"])
def test_what_leaves_the_public_is_missing_at_once(
    client: Client, public: PublicProfile, change: str
) -> None:
    seen = client.get(page_of("ada"))
    listed = client.get(LIST)
    known = {"If-None-Match": seen.headers["ETag"]}
    assert client.get(page_of("ada"), headers=known).status_code == 304

    if change == "inactive":
        Member.objects.filter(pk=public.pk).update(is_active=False)
    elif change == "erased":
        with connection.cursor() as cursor:
            cursor.execute("SELECT erase_member(%s)", [public.pk])
    elif change == "withdrawn":
        actions.withdraw_profile(profile=public)
    else:
        moderator = User.objects.create_user("mo")
        actions.hide_profile(
            profile=public, version=public.version, user=moderator, why=Why(make_reason())
        )

    assert seen.headers["Cache-Control"] == listed.headers["Cache-Control"] == "no-cache"
    assert missing(client.get(page_of("ada"), headers=known))
    assert missing(client.get(page_of("ada"), headers={"If-None-Match": "*"}))
    again = client.get(LIST, headers={"If-None-Match": listed.headers["ETag"]})
    assert (again.status_code, names_in(again)) == (200, [])


def test_restored_profile_is_there_again(client: Client, public: PublicProfile) -> None:
    step(public, Action.HIDE, State.HIDDEN)
    assert missing(client.get(page_of("ada")))
    step(public, Action.RESTORE, State.PUBLISHED)
    assert client.get(page_of("ada")).status_code == 200


@pytest.mark.parametrize(
    "slug",
    [
        "nobody",
        "Ada",
        "ада",
        "ad\u00e1",
        "ada\x00",
        "\x00",
        "ada\n",
        "ada ",
        " ",
        "-ada",
        "a" * 80,
        "a" * 81,
        "a" * 10_000,
        "ada/ada",
        "../admin",
        "ada%00",
        "'--",
        "{{ 7 }}",
        HOSTILE,
        "\u202eada",
        "\uff10",
    ],
)
def test_odd_slug_is_missing(client: Client, public: PublicProfile, slug: str) -> None:
    answer = client.get(page_of(quote(slug)))
    if "\n" in slug:
        # An address of nobody's.
        assert (answer.status_code, complaints(answer)) == (404, [])
    else:
        assert missing(answer)
        assert complaints(answer, STRICT) == []


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written(client: Client, public: PublicProfile, method: str) -> None:
    for address in (LIST, page_of("ada"), page_of("nobody")):
        assert getattr(client, method)(address).status_code == 405


def test_head_answers_as_get_does(client: Client, public: PublicProfile) -> None:
    for address, status in ((LIST, 200), (page_of("ada"), 200), (page_of("nobody"), 404)):
        answer = client.head(address)
        assert (answer.status_code, answer.content) == (status, b"")
        assert answer.headers["Cache-Control"] == "no-cache"


# --- Old slugs -----------------------------------------------------------------------------------
def renamed(profile: PublicProfile, slug: str) -> None:
    PublicProfile.objects.filter(pk=profile.pk).update(profile_slug=slug)
    profile.refresh_from_db()
    actions.publish_profile(
        profile=profile, version=profile.version, user=User.objects.get_or_create(username="mo")[0]
    )


def test_old_slug_leads_on_but_for_now_only(client: Client, public: PublicProfile) -> None:
    renamed(public, "ada-b")
    answer = client.get(page_of("ada"))

    assert (answer.status_code, answer.headers["Location"]) == (302, page_of("ada-b"))
    assert answer.headers["Cache-Control"] == "no-cache"
    assert b"ada-b" in client.get(page_of("ada"), follow=True).content


def test_slug_that_never_was_public_leads_nowhere(client: Client, profile: PublicProfile) -> None:
    PublicProfile.objects.update(profile_slug="rude")
    step(profile, Action.SUBMIT, State.PENDING)
    step(profile, Action.REQUEST_CHANGES, State.CHANGES_REQUESTED)
    PublicProfile.objects.update(profile_slug="ada")
    publish(profile)
    PublicProfile.objects.update(profile_slug="ruder")

    assert client.get(page_of("ada")).status_code == 200
    assert missing(client.get(page_of("rude")))
    assert missing(client.get(page_of("ruder")))
    assert ask(ANON, None, "SELECT slug FROM profile_slug_history") == [("ada",)]


def test_old_slug_of_a_hidden_profile_is_missing(client: Client, public: PublicProfile) -> None:
    renamed(public, "ada-b")
    public.refresh_from_db()
    step(public, Action.HIDE, State.HIDDEN)
    assert missing(client.get(page_of("ada")))
    assert missing(client.get(page_of("ada-b")))
