"""The public list of profiles: order, filters, pages, and what it costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from assessments.models import Badge, Member, PublicProfile
from tests.assessments.people import (
    make_profile,
    make_session,
    publish,
)
from tests.assessments.public_pages import LIST, STRICT, make_public, names_in, page_of
from tests.hostile import HOSTILE
from tests.pages import complaints


@pytest.fixture
def public(member: Member) -> PublicProfile:
    return publish(make_profile(member, session=make_session(member), profile_slug="ada"))


# --- The list ------------------------------------------------------------------------------------
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


# --- What it costs -------------------------------------------------------------------------------
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
