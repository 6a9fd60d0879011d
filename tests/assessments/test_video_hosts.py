"""Videos are on allowed hosts only, whoever writes."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from assessments.models import PublicProfile, VideoHost
from assessments.video import video_of
from config.checks import video_hosts_are_hosts
from tests.assessments.people import make_member, make_profile, publish
from tests.assessments.roles import MEMBER, ask

ALLOWED = [
    "https://youtube.com/watch?v=1",
    "https://www.youtube.com/watch?v=1",
    "https://YouTube.com",
    "https://youtu.be/1",
    "https://player.vimeo.com/1#t=1",
]
REFUSED = [
    "http://youtube.com/1",
    "javascript:hostile()",
    "https://example.org/1",
    "https://notyoutube.com/1",
    "https://youtube.com.example.org/1",
    "https://example.org/youtube.com",
    "https://youtube.com@example.org/1",
    "https://example.org\\@youtube.com/1",
    "https://youtube.com:8443/1",
    "https://youtube.com./1",
    "https://youtube.com/a b",
    "https://youtube.com/\n",
    "//youtube.com/1",
    "https://",
    "",
]


@pytest.fixture
def published(profile: PublicProfile) -> PublicProfile:
    return publish(profile)


def write(profile: PublicProfile, address: str) -> None:
    ask(MEMBER, profile.pk, "UPDATE public_profiles SET video_url = %s", address)


@pytest.mark.parametrize("address", ALLOWED)
def test_video_is_on_a_known_host(profile: PublicProfile, address: str) -> None:
    write(profile, address)
    assert PublicProfile.objects.get().video_url == address
    assert video_of(address) is not None


@pytest.mark.parametrize("address", REFUSED)
def test_every_other_address_is_refused(profile: PublicProfile, address: str) -> None:
    with pytest.raises(DatabaseError, match=r"A video is an https address on one of these: loom\."):
        write(profile, address)
    with pytest.raises(DatabaseError, match="A video is"):
        make_profile(make_member(), video_url=address)
    assert video_of(address) is None


def test_edit_is_checked_before_it_waits(published: PublicProfile) -> None:
    with pytest.raises(DatabaseError, match="A video is"):
        write(published, "https://example.org/1")
    write(published, "https://vimeo.com/1")
    published.refresh_from_db()
    assert published.pending_revision == {"video_url": "https://vimeo.com/1"}


def test_host_that_is_struck_off_stops_no_decision(profile: PublicProfile, settings: Any) -> None:
    write(profile, "https://vimeo.com/1")
    VideoHost.objects.filter(host="vimeo.com").delete()
    settings.STEWARD_VIDEO_HOSTS = ["youtube.com"]

    profile = publish(profile)
    PublicProfile.objects.update(video_url="https://vimeo.com/1")
    assert profile.is_public
    assert video_of(profile.video_url) is None


def test_table_follows_the_setting_after_each_migrate(db: None, settings: Any) -> None:
    settings.STEWARD_VIDEO_HOSTS = ["example.org", "vimeo.com"]
    call_command("migrate", verbosity=0)
    assert [*VideoHost.objects.values_list("host", flat=True)] == ["example.org", "vimeo.com"]


def test_host_is_plain(db: None) -> None:
    with pytest.raises(DatabaseError, match="video_host_is_plain"):
        VideoHost.objects.create(host="https://example.org/%")


@pytest.mark.parametrize("host", ["https://vimeo.com", "Vimeo.com", "", "vimeo", "vimeo.com/"])
def test_setting_that_is_no_host_is_told(settings: Any, host: str) -> None:
    settings.STEWARD_VIDEO_HOSTS = ["youtube.com", host]
    [error] = video_hosts_are_hosts()
    assert repr(host) in error.msg
