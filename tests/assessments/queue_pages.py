"""Pages of the moderation queue, and what they say."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from assessments.models import PublicProfile

QUEUE = "/admin/assessments/publicprofile/queue/"


def moderator(name: str) -> User:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name="moderators"))
    return user


def page(profile: PublicProfile, view: str = "item") -> str:
    return reverse(f"admin:assessments_publicprofile_queue_{view}", args=[profile.pk])


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return words(answer)


def words(answer: Any) -> str:
    """Without tags, with single spaces."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def decide(client: Client, profile: PublicProfile, action: str, **given: Any) -> Any:
    sent = {"action": action, "version": profile.version, **given}
    return client.post(page(profile, "decide"), sent)


def state(profile: PublicProfile) -> str:
    profile.refresh_from_db()
    return profile.state
