"""What somebody sees at the door and in a page's place: open to everybody, in every look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, connection
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page

from config import dashboard
from tests.browser.conftest import log_in
from tests.browser.sights import Sight, both, opens, post, prepare, presses, sends, walk
from tests.ops.conftest import member_of

LOGIN, LOGINS, PASSWORD = "/admin/login/", "/admin/ops/loginsession/", "a-long-password-1"


@pytest.fixture
def window(browser_page: Page, editor: User) -> Iterator[Page]:
    """One that may be refused: the page itself complains of every answer that is no 200."""
    page = browser_page.context.new_page()
    prepare(page)
    yield page
    page.wait_for_load_state()


def lock_out(username: str) -> None:
    AccessAttempt.objects.create(
        username=username, ip_address="127.0.0.1", failures_since_start=settings.AXES_FAILURE_LIMIT
    )


def types(username: str, password: str) -> Sight:
    def see(page: Page) -> None:
        page.goto(LOGIN)
        page.fill("[name=username]", username)
        page.fill("[name=password]", password)
        page.get_by_role("button", name="Log in").click()

    return see


def anew(page: Page) -> None:
    page.context.clear_cookies()


def test_doors_are_open_to_everybody(window: Page, settings: Any) -> None:
    settings.SECOND_FACTOR_GROUPS = ["ops"]
    member_of("ops", "olga")
    TOTPDevice.objects.create(user=member_of("ops", "otto"), name="app", confirmed=True)
    lock_out("eve")

    wrong = walk(
        window,
        {
            "the login": opens(LOGIN),
            "a wrong password": types("ada", "wrong"),
            "too many of them": types("eve", "wrong"),
            "the second factor is set up": types("olga", PASSWORD),
            "its code is refused": presses(f"{LOGINS}setup/", "Turn it on"),
            "a code is asked for": both(anew, types("otto", PASSWORD)),
            "it is refused": sends(f"{LOGINS}code/", code="000000"),
            "one's logins": both(anew, both(types("ada", PASSWORD), opens(LOGINS))),
            "the password was changed": opens("/admin/password_change/done/"),
            "out": sends("/admin/logout/"),
        },
    )

    assert not wrong, "\n".join(wrong)


def test_what_stands_in_a_page_s_place_is_open_to_everybody(
    window: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    fates = iter([too_much, lost, failed])
    monkeypatch.setattr(dashboard, "questions_to_edit", lambda request: next(fates)())
    log_in(window, "ada")

    wrong = walk(
        window,
        {
            "not allowed": opens("/admin/auth/user/"),
            "not sent": lambda page: post(page, "/admin/password_change/", []),
            "not found": opens("/no/such/page"),
            "no such profile": opens("/profiles/nobody/"),
            "nobody is public": opens("/profiles/"),
            "nothing yet": opens("/admin/quizbank/question/"),
            "not understood": opens("/admin/"),
            "back in a moment": opens("/admin/"),
            "something failed": opens("/admin/"),
        },
    )

    assert not wrong, "\n".join(wrong)


def too_much() -> None:
    raise SuspiciousOperation


def lost() -> None:
    connection.cursor().execute("SELECT pg_terminate_backend(pg_backend_pid())")


def failed() -> None:
    raise DatabaseError
