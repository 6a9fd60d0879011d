from __future__ import annotations

import pytest

from assessments.models import AssessmentSession, Member, PublicProfile
from tests.assessments.people import make_member, make_profile, make_session


@pytest.fixture
def member(db: None) -> Member:
    return make_member("Ada Lovelace")


@pytest.fixture
def other(db: None) -> Member:
    return make_member("Bo Other")


@pytest.fixture
def session(member: Member) -> AssessmentSession:
    return make_session(member)


@pytest.fixture
def profile(member: Member) -> PublicProfile:
    return make_profile(member)
