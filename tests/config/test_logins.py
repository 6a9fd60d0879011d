"""Who may log in, how often one may try, and what a browser is told about every page."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from tests.pages import POLICY, policy_of

LOGIN = "/admin/login/"
RIGHT = "a-long-password-1"


def log_in(username: str, password: str, address: str = "192.0.2.1") -> HttpResponse:
    client = Client(REMOTE_ADDR=address)
    return client.post(LOGIN, {"username": username, "password": password})


@pytest.fixture
def locked(editor: User) -> User:
    """The editor, after as many failures as are allowed."""
    for _ in range(settings.AXES_FAILURE_LIMIT):
        log_in("ada", "wrong")
    return editor


def test_right_password_opens(editor: User) -> None:
    answer = log_in("ada", RIGHT)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")


def test_failures_below_the_limit_say_no_more_than_wrong(editor: User) -> None:
    answers = [log_in("ada", "wrong") for _ in range(settings.AXES_FAILURE_LIMIT - 1)]

    assert {answer.status_code for answer in answers} == {200}
    assert log_in("ada", RIGHT).status_code == 302


def test_limit_locks_even_the_right_password(locked: User) -> None:
    answer = log_in("ada", RIGHT)

    text = unescape(answer.content.decode())
    assert answer.status_code == 429
    assert "Too many attempts" in text
    assert f"{settings.AXES_FAILURE_LIMIT} logins as “ada” from this address failed" in text
    assert "Wait 15 minutes" in text
    assert "_auth_user_id" not in answer.client.session


def test_lock_is_of_one_name_at_one_address(locked: User) -> None:
    User.objects.create_user("grace", password=RIGHT, is_staff=True)

    assert log_in("grace", RIGHT).status_code == 302
    assert log_in("ada", RIGHT, address="192.0.2.2").status_code == 302


def test_lock_ends_after_the_cool_off(locked: User) -> None:
    for attempt in AccessAttempt.objects.all():
        earlier = attempt.attempt_time - settings.AXES_COOLOFF_TIME - timedelta(seconds=1)
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=earlier)

    assert log_in("ada", RIGHT).status_code == 302


def test_superuser_lifts_the_lock(locked: User, admin_client: Client) -> None:
    attempt = AccessAttempt.objects.get(username="ada")
    admin_client.post(f"/admin/axes/accessattempt/{attempt.pk}/delete/", {"post": "yes"})

    assert log_in("ada", RIGHT).status_code == 302


def test_password_is_not_kept_with_the_attempt(locked: User) -> None:
    attempt = AccessAttempt.objects.get(username="ada")

    assert "wrong" not in attempt.post_data + attempt.get_data


def test_name_is_shown_as_text(db: None) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = log_in("<script>alert(1)</script>", "wrong")

    assert answer.status_code == 429
    assert "<script>alert" not in answer.content.decode()


def test_unknown_forwarding_header_is_not_believed(locked: User) -> None:
    client = Client(REMOTE_ADDR="192.0.2.1", headers={"x-forwarded-for": "203.0.113.9"})

    answer = client.post(LOGIN, {"username": "ada", "password": RIGHT})

    assert answer.status_code == 429


# --- Headers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", [LOGIN, "/admin/", "/admin/quizbank/question/", "/admin/no/such/page/"]
)
def test_every_page_has_the_policy_and_nothing_wider(admin_client: Client, address: str) -> None:
    answer = admin_client.get(address)

    assert policy_of(answer) == POLICY
    # The theme's own pages say SAMEORIGIN; frame-ancestors goes before it.
    assert answer.headers["X-Frame-Options"] in ("DENY", "SAMEORIGIN")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_locked_out_page_has_the_policy(locked: User) -> None:
    assert policy_of(log_in("ada", RIGHT)) == POLICY


def test_session_cookie_is_hidden_from_scripts(editor: User) -> None:
    cookie = log_in("ada", RIGHT).cookies[settings.SESSION_COOKIE_NAME]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
