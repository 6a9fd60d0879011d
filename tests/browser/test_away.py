"""The page in the place of every other one while the database is away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE, log_in
from tests.browser.sights import SCRIPTS, complaints

FORM = "/admin/password_change/"


@pytest.fixture
def page(browser: Browser, browser_page: Page, editor: User, live_server: str) -> Iterator[Page]:
    """One that may be told of a failure."""
    with browser.new_context(base_url=str(live_server)) as context:
        context.set_default_timeout(PATIENCE)
        for script in SCRIPTS:
            context.add_init_script(path=script)
        page = context.new_page()
        log_in(page, editor.get_username())
        yield page


def test_what_was_typed_is_sent_again(page: Page, editor: User) -> None:
    def lose(*_: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    page.goto(FORM)
    for name, value in (("old_password", "a-long-password-1"), ("new_password1", "another-1-long")):
        page.fill(f"[name={name}]", value)
    page.fill("[name=new_password2]", "another-1-long")
    with pytest.MonkeyPatch.context() as away:
        away.setattr(User, "set_password", lose)
        page.press("[name=new_password2]", "Enter")
        expect(page.get_by_role("heading")).to_have_text("Back in a moment")
        assert complaints(page) == []

    page.get_by_role("button", name="Send it again").click()

    page.wait_for_url("**/password_change/done/")
    editor.refresh_from_db()
    assert editor.check_password("another-1-long")
