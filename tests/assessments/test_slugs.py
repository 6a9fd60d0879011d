from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from assessments.actions import Refused, create_profile
from assessments.models import Member, ProfileSlug, PublicProfile, ReservedWord
from assessments.slugs import slug_of
from tests.assessments.people import make_member

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
