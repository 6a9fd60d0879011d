"""The public pages in Chromium: narrow, by keyboard, and nothing from outside."""

from __future__ import annotations

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from assessments.models import Member, PublicProfile
from tests.assessments.people import make_member, make_profile, make_session, publish
from tests.hostile import HOSTILE


@pytest.fixture
def public(browser_page: Page) -> PublicProfile:
    member = make_member("Ada Lovelace")
    profile = make_profile(
        member,
        session=make_session(member),
        profile_slug="ada",
        show_scores=True,
        public_summary=f"{'word' * 60}\n\n{HOSTILE}",
        self_description="Second.",
        video_url="https://www.youtube.com/watch?v=1",
    )
    with transaction.atomic():
        return publish(profile)


def test_pages_ask_nobody_else(browser_page: Page, public: PublicProfile) -> None:
    page, asked = browser_page, []
    page.on("request", lambda request: asked.append(request.url))
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 900})
    for address in ("/profiles/", "/profiles/ada/"):
        page.goto(address)
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        expect(page.locator("[data-hostile], img, script")).to_have_count(0)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != (
            "rgb(255, 255, 255)"
        )

    own = page.url.removesuffix("/profiles/ada/")
    assert len(asked) >= 3
    assert [url for url in asked if not url.startswith(f"{own}/")] == []


def test_visitor_filters_by_keyboard_and_opens_a_profile(
    browser_page: Page, public: PublicProfile
) -> None:
    page = browser_page
    page.goto("/profiles/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Career level")).to_be_focused()
    page.keyboard.press("m")
    page.get_by_role("button", name="Show", exact=True).press("Enter")
    page.wait_for_url("**/profiles/?level=mid*")
    page.get_by_role("link", name="Ada Lovelace").press("Enter")
    page.wait_for_url("**/profiles/ada/")

    video = page.get_by_role("link", name="Watch on youtube.com (opens in a new tab)")
    expect(video).to_have_attribute("rel", "noreferrer noopener nofollow ugc")
    expect(video).to_have_attribute("target", "_blank")


def test_copy_of_a_hidden_page_is_not_shown_again(
    browser_page: Page, public: PublicProfile
) -> None:
    """Whatever the browser kept, it asks again. In a window: this page would complain of a 404."""
    page = browser_page
    page.goto("/profiles/ada/")
    page.goto("/profiles/")
    Member.objects.filter(pk=public.pk).update(is_active=False)

    with page.expect_popup() as opened:
        page.evaluate("() => { window.open('/profiles/ada/'); }")
    expect(opened.value.get_by_role("heading", name="No such profile")).to_be_visible()
