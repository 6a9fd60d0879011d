"""Exports read on connections of their own: what they read is committed, in a database apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from assessments.models import Member
from tests.assessments.people import make_member, make_profile, make_session
from tests.databases import own_database

NAMES = (
    "=1+1",
    "+49 30 1",
    "-Ada",
    "@ada",
    "\tada",
    "\n=1",
    "'=1",
    "O'Neil",
    "'tis",
    'Ada "the", first\nof her name',
    "Zoë 漢字 🙂",
    "back\\slash \\.",
    "\\.",
)


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Member]]:
    """Members with awkward names, each with a session and a profile; committed."""
    with django_db_blocker.unblock(), own_database():
        members = [make_member(name) for name in NAMES]
        nobody = make_member("No address", email=None)
        for member in members:
            make_profile(member, session=make_session(member))
        yield [*members, nobody]
