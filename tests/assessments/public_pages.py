"""Profiles that are public, and their pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from assessments.models import PublicProfile
from tests.assessments.people import (
    make_member,
    make_profile,
    publish,
)
from tests.pages import POLICY

LIST = "/profiles/"
STRICT = POLICY | {"script-src": "'none'", "style-src": "'self'", "img-src": "'self'"}


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
