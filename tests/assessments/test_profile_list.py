"""The list of profiles: what it shows, what it finds, and by which index."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from assessments import actions
from assessments.actions import Why
from assessments.models import PublicProfile
from assessments.models.choices import Action, State
from tests.assessments.people import (
    make_member,
    make_profile,
    make_reason,
    make_session,
    publish,
    step,
)
from tests.screens import visit_as

LIST = "/admin/assessments/publicprofile/"


@pytest.fixture
def client(db: None) -> Client:
    return visit_as("moderators")


@pytest.fixture
def mo(client: Client) -> User:
    return User.objects.get(username="one-of-moderators")


def profile_of(name: str, **given: Any) -> PublicProfile:
    session = make_session(make_member(name), badges=given.pop("badges", ["ai_prodigy"]))
    return make_profile(session.user, session=session, **given)


def found(client: Client, **query: Any) -> set[str]:
    """Names of the profiles that the list shows."""
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return {profile.name for profile in answer.context["cl"].result_list}


def decide(profile: PublicProfile, action: Any, user: User) -> None:
    profile.refresh_from_db()
    why = {} if action is actions.restore_profile else {"why": Why(make_reason())}
    action(profile=profile, version=profile.version, user=user, **why)


def test_filters_by_state_and_by_what_waits(client: Client, mo: User) -> None:
    profile_of("Draft")
    step(profile_of("Pending"), Action.SUBMIT, State.PENDING)
    publish(profile_of("Live"))
    edited = publish(profile_of("Edited"))
    PublicProfile.objects.filter(pk=edited.pk).update(public_summary="Another one.")

    assert found(client, state="published") == {"Live", "Edited"}
    assert found(client, state="draft") == {"Draft"}
    assert found(client, state="waiting") == {"Pending", "Edited"}
    assert found(client, state="nonsense") == set()


def test_tabs_count_the_states(client: Client) -> None:
    profile_of("Draft")
    publish(profile_of("Live"))

    text = client.get(LIST).content.decode()

    tabs = re.findall(r'class="steward-tab".*?>(\w+)[^<]* <span[^>]*>([\d,+]+)', text)
    assert dict(tabs) | {"All": "2", "Draft": "1", "Published": "1", "Hidden": "0"} == dict(tabs)


def test_tabs_keep_the_search_and_count_nothing_beside_it(client: Client) -> None:
    text = client.get(LIST, {"q": "ada", "state": "hidden"}).content.decode()

    assert 'href="?state=draft&amp;q=ada"' in text
    assert "steward-figures" not in text


def test_badges_are_all_asked_for(client: Client) -> None:
    profile_of("One", badges=["ai_prodigy"])
    profile_of("Two", badges=["ai_prodigy", "calm_voice"])

    assert found(client, badge="ai_prodigy") == {"One", "Two"}
    assert found(client, badge=["ai_prodigy", "calm_voice"]) == {"Two"}
    assert found(client, badge="nobody's") == set()


def test_many_badges_keep_a_row_low(client: Client) -> None:
    profile_of("One", badges=["ai_prodigy", "all_rounder", "clear_mirror", "deep_listener"])

    text = client.get(LIST).content.decode()

    assert "Clear mirror and 1 more" in text
    assert "Deep listener</td>" not in text


def test_filters_by_level_archetype_and_visibility(client: Client) -> None:
    profile_of("Entry", career_level="entry")
    publish(profile_of("Mid"))

    assert found(client, career_level__exact="entry") == {"Entry"}
    assert found(client, archetype="explorer") == {"Entry", "Mid"}
    assert found(client, archetype="other") == set()
    assert found(client, visibility="public") == {"Mid"}
    assert found(client, visibility="opted_in") == set()
    assert found(client, visibility="opted_out") == {"Entry"}


def test_publication_is_filtered_by_days_of_the_person(client: Client) -> None:
    publish(profile_of("Live"))
    client.cookies["timezone"] = "Pacific/Auckland"
    with timezone.override("Pacific/Auckland"):
        today = timezone.localdate()
    tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)

    assert found(client, published_at_from=str(today), published_at_to=str(today)) == {"Live"}
    assert found(client, published_at_from=str(tomorrow)) == set()
    assert found(client, published_at_to=str(yesterday)) == set()


def test_moderator_is_who_took_the_last_decision(client: Client, mo: User) -> None:
    jo = User.objects.create_user("jo")
    theirs, ours = publish(profile_of("Theirs")), publish(profile_of("Ours"))
    decide(theirs, actions.hide_profile, mo)
    decide(theirs, actions.restore_profile, jo)
    decide(ours, actions.hide_profile, mo)
    actions.appeal_decision(profile=ours, message="It is mine.")

    assert found(client, decider=mo.pk) == {"Ours"}
    assert found(client, decider=jo.pk) == {"Theirs"}
    text = client.get(LIST).content.decode()
    assert re.search(r"field-decided[^>]*>\s*jo\s*<", text)


@pytest.mark.parametrize(
    "text", ["ADA", "lovelace ada", "ad", "ada-l", "countess", "ADA@EX", "  ada "]
)
def test_search_finds_by_name_email_and_slugs(client: Client, text: str) -> None:
    member = make_member("Ada Lovelace", email="ada@example.org")
    profile = make_profile(member, profile_slug="countess-a")
    PublicProfile.objects.filter(pk=profile.pk).update(profile_slug="ada-l")
    make_profile(make_member("Bo Other", email="bo@example.net"))

    assert found(client, q=text) == {"Ada Lovelace"}


def test_search_finds_by_id_and_survives_nonsense(client: Client) -> None:
    profile = profile_of("Ada")

    assert found(client, q=str(profile.pk)) == {"Ada"}
    for text in ("%", "a\0d", "'", "x" * 500, "\\", "()"):
        assert found(client, q=text) <= {"Ada"}


def test_links_to_the_public_page_of_public_profiles_alone(client: Client) -> None:
    live, draft = publish(profile_of("Live")), profile_of("Draft")

    text = client.get(LIST).content.decode()

    assert f'href="/profiles/{live.profile_slug}/"' in text
    assert draft.profile_slug in text
    assert f'href="/profiles/{draft.profile_slug}/"' not in text


@pytest.mark.parametrize("order", ["1", "-1", "7", "-7", "9", "-9", "3"])
def test_sorts_by_name_publication_and_change(client: Client, order: str) -> None:
    publish(profile_of("Live"))
    profile_of("Draft")

    assert found(client, o=order) == {"Live", "Draft"}


# --- Indexes --------------------------------------------------------------------------------------


@pytest.fixture
def many(db: None) -> None:
    """5,000 profiles."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO members (id, display_name, email)
            SELECT md5('m' || n)::uuid, 'Person ' || md5(n::text), n || '@example.org'
            FROM generate_series(1, 5000) AS n;
            INSERT INTO public_profiles (
                user_id, profile_slug, name, email, career_level, years_experience
            )
            SELECT id, 'p-' || md5(email), display_name, email, 'mid', 3 FROM members
            """
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for index in ("profile_search", "idx_public_profiles_badges"):
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
        cursor.execute("ANALYZE members, public_profiles, profile_slug_history, profile_events")


def plan(query: Any) -> str:
    return str(query.explain(analyze=True))


def test_indexes_serve_filters_search_and_order(many: None) -> None:
    rows = PublicProfile.objects
    newest = rows.order_by("-updated_at", "user_id")[:50]
    expected = {
        "profile_by_change": newest,
        "profile_by_state": rows.filter(state="hidden").order_by("-updated_at", "user_id")[:50],
        "profile_by_name": rows.order_by("name", "user_id")[:50],
        "profile_search": rows.matching("a1b2c3"),
        "idx_public_profiles_badges": rows.filter(badges__contains=["x"]),
        "idx_public_profiles_archetype": rows.filter(archetype="x"),
        "profile_by_decider": rows.filter(decided_by=1).order_by("-updated_at", "user_id")[:50],
    }
    for index, query in expected.items():
        found = plan(query)
        assert index in found, found
        assert "Seq Scan on public_profiles" not in found, found
