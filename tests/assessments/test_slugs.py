from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection

from assessments.actions import Refused, create_profile, publish_profile, undo_decision
from assessments.models import Member, ProfileSlug, PublicProfile, ReservedWord
from assessments.slugs import slug_of
from tests.assessments.people import make_member, publish
from tests.assessments.roles import MEMBER, ask

CONTENT: dict[str, Any] = {"career_level": "mid", "years_experience": 5}


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("John Smith", "john-smith"),
        ("José Núñez", "jose-nunez"),
        ("Иван Петров", "ivan-petrov"),
        ("王小明", "wangxiaoming"),
        ("Conan O\u2019Brien", "conan-obrien"),
        ("  --  ", ""),
        ("x" * 90, "x" * 60),
    ],
)
def test_slug_of_a_name_is_readable(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def make(name: str, **given: Any) -> str:
    return create_profile(member=make_member(), name=name, **CONTENT | given).profile_slug


def test_taken_slugs_are_numbered(db: None) -> None:
    assert [make("John Smith") for _ in range(3)] == ["john-smith", "john-smith-2", "john-smith-3"]


def test_name_without_letters_gets_a_neutral_slug(db: None) -> None:
    assert make("—").startswith("member-")


def test_reserved_word_is_passed_by_and_refused(db: None) -> None:
    ReservedWord.objects.get_or_create(word="admin")
    assert make("Admin") == "admin-2"
    with pytest.raises(Refused, match="not for profiles"):
        make("Ada", slug="admin")


def test_insult_is_refused_among_other_words(db: None) -> None:
    ReservedWord.objects.create(word="rascal", anywhere=True)
    assert make("Old Rascal").startswith("member-")
    with pytest.raises(Refused, match="not for profiles"):
        make("Ada", slug="a-rascal-i-am")
    assert make("Rascalini") == "rascalini"


def test_edit_to_a_reserved_slug_is_refused_before_it_waits(profile: PublicProfile) -> None:
    publish(profile)
    ReservedWord.objects.create(word="rascal", anywhere=True)
    change = "UPDATE public_profiles SET profile_slug = %s"
    with pytest.raises(DatabaseError, match="The slug old-rascal is not for profiles"):
        ask(MEMBER, profile.pk, change, "old-rascal")
    profile.refresh_from_db()
    assert profile.pending_revision is None

    ask(MEMBER, profile.pk, change, "old-friend")
    profile.refresh_from_db()
    assert profile.pending_revision == {"profile_slug": "old-friend"}


def test_word_reserved_later_stops_the_edit_but_not_its_undo(profile: PublicProfile) -> None:
    publish(profile)
    mo = User.objects.create_user("mo")
    before = profile.profile_slug
    PublicProfile.objects.update(profile_slug="ada-b")
    ReservedWord.objects.create(word="ada-b")
    profile.refresh_from_db()
    with pytest.raises(Refused, match="not for profiles"):
        publish_profile(profile=profile, version=profile.version, user=mo)

    ReservedWord.objects.filter(word="ada-b").delete()
    event = publish_profile(profile=profile, version=profile.version, user=mo)
    ReservedWord.objects.create(word=before)
    undo_decision(event=event, user=mo)
    profile.refresh_from_db()
    assert profile.profile_slug == before


def test_chosen_slug_that_is_taken_is_refused(db: None) -> None:
    make("Ada")
    with pytest.raises(Refused, match="taken"):
        make("Bo", slug="ada")


def test_member_has_one_profile(member: Member) -> None:
    create_profile(member=member, name="Ada", **CONTENT)
    with pytest.raises(Refused, match="there already"):
        create_profile(member=member, name="Ada", **CONTENT)
    assert PublicProfile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_get_fifty_slugs() -> None:
    members = [make_member() for _ in range(50)]

    def create(member: Member) -> str:
        try:
            return create_profile(member=member, name="John Smith", **CONTENT).profile_slug
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        slugs = list(pool.map(create, members))

    assert len(set(slugs)) == 50
    assert all(slug.startswith("john-smith") for slug in slugs)
    assert ProfileSlug.objects.count() == 50
