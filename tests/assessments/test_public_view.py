"""The fragment that the public and the moderators see of a profile."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string

from assessments.models import Badge, PublicProfile
from assessments.public import PublicView, Score, ShownBadge, public_view, scores_of
from tests.assessments.people import make_member, make_profile, make_session, publish
from tests.hostile import HOSTILE


def seen(profile: PublicProfile, revision: Any = None) -> PublicView:
    return public_view(PublicProfile.objects.as_shown().get(pk=profile.pk), revision)


def html_of(view: PublicView, **context: Any) -> str:
    return render_to_string("profiles/profile.html", {"view": view, **context})


def full_profile(**given: Any) -> PublicProfile:
    member = make_member()
    texts = {
        "public_summary": "First.\n\nSecond.",
        "self_description": "I build.",
        "video_url": "https://www.youtube.com/watch?v=1",
    }
    return publish(make_profile(member, session=make_session(member), **texts | given))


def test_badges_have_the_catalogues_words(db: None) -> None:
    Badge.objects.filter(code="ai_prodigy").update(label="AI prodigy", description="Top 1 %")
    Badge.objects.create(code="other", label="Other")
    profile = full_profile()
    assert seen(profile).badges == (ShownBadge("ai_prodigy", "AI prodigy", "Top 1 %"),)

    PublicProfile.objects.update(badges=["other", "deep_thinker"])
    assert [badge.label for badge in seen(profile).badges] == ["Other", "Deep thinker"]
    PublicProfile.objects.update(badges=None)
    assert seen(profile).badges == ()


def test_scores_are_shown_only_where_their_owner_says(db: None) -> None:
    profile = full_profile()
    assert (seen(profile).overall_score, seen(profile).scores) == (None, ())
    assert "profile-scores" not in html_of(seen(profile))

    profile.show_scores = True
    profile.save()
    assert seen(profile).overall_score == 80
    assert seen(profile).scores == (Score("Technical", 85), Score("Emotional", 70))
    assert "profile-scores" in html_of(seen(profile))


def test_scores_are_rounded_as_in_sql() -> None:
    scores = {"technical": {"overall": 84.5}, "emotional": 0, "creative": 99.49}
    assert [score.value for score in scores_of(scores)] == [85, 0, 99]


def test_revision_is_seen_as_if_it_were_approved(db: None) -> None:
    profile = full_profile()
    view = seen(profile, {"name": "Ada B", "public_summary": None})
    assert (view.name, view.summary) == ("Ada B", "")
    assert (seen(profile).name, seen(profile).summary) == ("Ada Lovelace", "First.\n\nSecond.")


def test_fragment_escapes_everything(db: None) -> None:
    texts = {"name": HOSTILE[:120], "public_summary": HOSTILE, "self_description": HOSTILE}
    profile = full_profile(**texts, video_url='https://youtube.com/"><script>hostile()</script>')
    lists = {"badges": [HOSTILE], "best_fit_roles": [HOSTILE]}
    PublicProfile.objects.update(archetype=HOSTILE, personality_type=HOSTILE, **lists)
    Badge.objects.create(code="x", label=HOSTILE, description=HOSTILE)
    html = html_of(seen(profile))

    assert "hostile()" in html
    for alive in ("<script", "<img", "<b ", 'href="javascript', "hostiled"):
        assert alive not in html


def test_headings_fit_where_the_fragment_stands(db: None) -> None:
    view = seen(full_profile())
    assert '<h1 class="profile-name"' in html_of(view)
    assert '<h3 class="profile-name"' in html_of(view, level=3)
    assert '<h4 class="profile-title"' in html_of(view, level=3)


def test_video_says_where_it_leads_and_loads_nothing(db: None) -> None:
    html = html_of(seen(full_profile()))
    assert "Watch on youtube.com" in html
    assert 'rel="noreferrer noopener nofollow ugc"' in html
    for loading in ("<img", "<iframe", "<video", "src="):
        assert loading not in html


@pytest.mark.parametrize(
    "address",
    [
        "javascript:hostile()",
        "http://youtube.com/1",
        "https://youtube.com@evil.example/",
        "https://youtube.com\\@evil.example/",
        "https://youtube.com:8443/",
        "https:///youtube.com/",
        "https://youtube.com/ javascript:",
        "https://youtube.com/\n",
        "//youtube.com/",
        "https://notyoutube.com/",
        "https://youtube.com.evil.example/",
        "https://evil.example/youtube.com",
        "",
    ],
)
def test_edit_that_nobody_checked_yet_is_no_link(db: None, address: str) -> None:
    assert seen(full_profile(), {"video_url": address}).video is None


def test_view_asks_nothing_more(db: None, django_assert_num_queries: Any) -> None:
    profile = full_profile()
    with django_assert_num_queries(1):
        html_of(seen(profile))
