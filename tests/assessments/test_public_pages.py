"""The public pages: what anybody sees, and what nobody sees."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from assessments import actions
from assessments.actions import Why
from assessments.models import Badge, Member, PublicProfile
from assessments.models.choices import Action, State
from assessments.querysets import PUBLIC_COLUMNS
from tests.assessments.people import (
    make_member,
    make_profile,
    make_reason,
    make_session,
    publish,
    step,
)
from tests.assessments.roles import ANON, ask
from tests.hostile import HOSTILE
from tests.pages import POLICY, complaints

LIST = "/profiles/"
STRICT = POLICY | {"script-src": "'none'", "style-src": "'self'", "img-src": "'self'"}


@pytest.fixture
def public(member: Member) -> PublicProfile:
    return publish(make_profile(member, session=make_session(member), profile_slug="ada"))


def page_of(slug: str) -> str:
    return f"{LIST}{slug}/"


def make_public(slug: str, *, days_ago: int = 0, **given: Any) -> PublicProfile:
    member = make_member(slug)
    profile = publish(make_profile(member, profile_slug=slug, **given))
    PublicProfile.objects.update_or_create(
        pk=profile.pk, defaults={"published_at": timezone.now() - timedelta(days=days_ago)}
    )
    return profile


def names_in(answer: HttpResponse) -> list[str]:
    return [view.name for view in answer.context["page"].profiles]


# --- A profile ------------------------------------------------------------------------------------
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


# --- Nothing is there -----------------------------------------------------------------------------
def missing(answer: HttpResponse) -> bool:
    """The same answer, byte for byte, as for what never existed."""
    never = Client().get(page_of("never-existed"))
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


# --- Old slugs ------------------------------------------------------------------------------------
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


# --- The list -------------------------------------------------------------------------------------
def test_list_has_the_newest_first(client: Client, db: None) -> None:
    for days_ago, slug in enumerate(("cy", "bo", "ada")):
        make_public(slug, days_ago=days_ago)
    answer = client.get(LIST)

    assert names_in(answer) == ["cy", "bo", "ada"]
    assert complaints(answer, STRICT) == []
    assert 'content="index, follow, noarchive"' in answer.content.decode()
    assert "X-Robots-Tag" not in answer.headers


def test_list_is_filtered(client: Client, db: None) -> None:
    for badge in ("kind", "wise"):
        Badge.objects.create(code=badge, label=badge.capitalize())
    make_public("ada", career_level="mid")
    make_public("bo", career_level="director")
    PublicProfile.objects.filter(name="ada").update(badges=["kind", "wise"], archetype="Explorer")
    PublicProfile.objects.filter(name="bo").update(badges=["kind"], archetype="Maker")

    for query, names in (
        ({"level": "mid"}, ["ada"]),
        ({"badge": "kind"}, ["bo", "ada"]),
        ({"badge": "kind", "level": "director"}, ["bo"]),
        ({"archetype": "Explorer"}, ["ada"]),
        ({"archetype": "Explorer", "badge": "wise", "level": "mid"}, ["ada"]),
        ({"archetype": "Maker", "badge": "wise"}, []),
        ({"level": "", "badge": "", "archetype": ""}, ["bo", "ada"]),
    ):
        answer = client.get(LIST, query)
        assert (answer.status_code, names_in(answer)) == (200, names), query
        assert answer.headers["X-Robots-Tag"] == "noindex"


def test_filter_offers_no_archetype_of_what_is_hidden(client: Client, db: None) -> None:
    hidden, shown = make_public("ada"), make_public("bo")
    PublicProfile.objects.filter(pk=hidden.pk).update(archetype="Secret")
    PublicProfile.objects.filter(pk=shown.pk).update(archetype="Maker")
    Member.objects.filter(pk=hidden.pk).update(is_active=False)

    assert client.get(LIST).context["form"].fields["archetype"].choices[1:] == [("Maker", "Maker")]
    assert client.get(LIST, {"archetype": "Secret"}).status_code == 404


def test_pages_follow_one_another(client: Client, db: None) -> None:
    same = timezone.now()
    for number in range(60):
        make_public(f"p-{number:02}")
    PublicProfile.objects.filter(profile_slug__gte="p-20").update(published_at=same)
    found, address, pages = [], LIST, 0
    while address:
        answer = client.get(address)
        found += names_in(answer)
        older = answer.context["older"]
        address, pages = older and f"{LIST}{older}", pages + 1

    assert pages == 3
    assert len(found) == len(set(found)) == 60
    assert found[20:] == [f"p-{number}" for number in range(59, 19, -1)]
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_profile_that_goes_meanwhile_breaks_no_page(client: Client, db: None) -> None:
    for number in range(30):
        make_public(f"p-{number:02}", days_ago=number)
    first = client.get(LIST)
    Member.objects.filter(display_name="p-23").update(is_active=False)
    second = client.get(f"{LIST}{first.context['older']}")
    assert names_in(second) == [f"p-{number}" for number in range(24, 30)]


@pytest.mark.parametrize(
    "query",
    [
        {"after": "nonsense"},
        {"after": "1-"},
        {"after": "1-ada\x00"},
        {"after": "9" * 18 + "-ada"},
        {"after": "1-" + "a" * 10_000},
        {"after": "-1-ada"},
        {"after": "\u0661-ada"},
        {"after": HOSTILE},
        {"level": "chief"},
        {"badge": HOSTILE},
        {"archetype": "\x00"},
        {"level": ["mid", "x"]},
    ],
)
def test_page_that_is_none_says_so(client: Client, public: PublicProfile, query: Any) -> None:
    answer = client.get(LIST, query)
    assert answer.status_code == 404
    assert complaints(answer, STRICT) == []
    assert "There is no such page of this list." in answer.content.decode()
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_end_of_time_is_a_place(client: Client, public: PublicProfile) -> None:
    assert names_in(client.get(LIST, {"after": "9" * 17 + "-a"})) == ["Ada Lovelace"]
    answer = client.get(LIST, {"after": "0-a"})
    assert "There are no older ones." in answer.content.decode()


def test_empty_lists_say_so(client: Client, db: None) -> None:
    assert "No profile is public yet." in client.get(LIST).content.decode()
    answer = client.get(LIST, {"level": "mid"})
    assert "No public profile is like that." in answer.content.decode()


def test_list_escapes_everything(client: Client, public: PublicProfile) -> None:
    Badge.objects.create(code="x", label=HOSTILE)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE public_profiles DISABLE TRIGGER USER")
    PublicProfile.objects.update(
        name=HOSTILE[:120], archetype=HOSTILE, public_summary=HOSTILE, badges=["x", HOSTILE]
    )
    for answer in (client.get(LIST), client.get(page_of("ada"))):
        assert complaints(answer, STRICT) == []
        assert escape(HOSTILE)[:40] in answer.content.decode()


# --- What it costs --------------------------------------------------------------------------------
def test_profile_is_one_query_and_the_list_two(
    client: Client, db: None, django_assert_num_queries: Any
) -> None:
    def cost() -> None:
        with django_assert_num_queries(1):
            client.get(page_of("p-0"))
        with django_assert_num_queries(1):
            client.get(page_of("never-existed"))
        with django_assert_num_queries(0):
            client.get(page_of("x" * 81))
        with django_assert_num_queries(2):
            client.get(LIST)

    make_public("p-0")
    cost()
    for number in range(1, 20):
        make_public(f"p-{number}")
    cost()


def test_robots_are_told(client: Client) -> None:
    answer = client.get("/robots.txt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.content.decode().splitlines() == [
        "User-agent: *",
        "Allow: /profiles/",
        "Allow: /static/",
        "Disallow: /",
    ]
