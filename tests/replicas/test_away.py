"""A server that is really stopped, and comes back: what people get in a page's place."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from wsgiref.util import setup_testing_defaults

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client

from tests.assessments.public_pages import LIST
from tests.pages import complaints
from tests.replicas.standby import Standby
from tests.screens import visit_as

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "replica"]),
    pytest.mark.usefixtures("patient"),
]
START, FORM = "/admin/", "/admin/password_change/"


class Browser:
    """Django as gunicorn calls it: the test client keeps stale connections."""

    def __init__(self, cookies: str) -> None:
        self.cookies, self.application = cookies, WSGIHandler()

    def ask(self, path: str, method: str = "GET", accept: str = "text/html,*/*;q=0.8") -> None:
        given = {"PATH_INFO": path, "REQUEST_METHOD": method, "HTTP_HOST": "testserver"}
        given |= {"HTTP_ACCEPT": accept, "HTTP_COOKIE": self.cookies}
        environ = given | {"wsgi.input": io.BytesIO(), "wsgi.url_scheme": "https"}
        setup_testing_defaults(environ)
        answer = self.application(environ, lambda *_: None)
        self.status, self.text = answer.status_code, b"".join(answer).decode()
        self.headers, self.complaints = answer.headers, complaints(answer)
        answer.close()

    def sees(self, path: str) -> int:
        self.ask(path)
        return self.status


@pytest.fixture
def server(standby: Standby) -> Iterator[Standby]:
    """The pages are made of what it has: it can be stopped without the other tests noticing."""
    here = connection.settings_dict["HOST"]
    yield standby
    standby.start()
    connection.close()
    connection.settings_dict["HOST"] = here


@pytest.fixture
def browser(server: Standby) -> Browser:
    """Logged in."""
    client: Client = visit_as("superuser")
    server.catch_up()
    connection.close()
    connection.settings_dict["HOST"] = str(server.server.sockets)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return Browser(f"{settings.SESSION_COOKIE_NAME}={session}")


def test_page_says_that_the_database_is_away_until_it_is_back(
    browser: Browser, server: Standby
) -> None:
    assert [browser.sees(path) for path in (START, LIST)] == [200, 200]

    server.stop()
    for path in (START, LIST):
        assert browser.sees(path) == 503
        assert browser.headers["Retry-After"] == "5"
        assert "Back in a moment" in browser.text
        assert f'<a href="{path}">Try again</a>' in browser.text
        assert browser.complaints == []
    server.start()

    # At once, over a connection that was there before and is none.
    assert [browser.sees(path) for path in (START, LIST)] == [200, 200]


def test_form_is_told_that_nothing_was_saved(browser: Browser, server: Standby) -> None:
    assert browser.sees(FORM) == 200

    server.stop()
    browser.ask(FORM, "POST")

    assert browser.status == 503
    assert "Nothing was saved." in browser.text
    assert "Send it again" in browser.text


def test_program_gets_json(browser: Browser, server: Standby) -> None:
    server.stop()

    browser.ask("/admin/flavors/term/suggest/", accept="application/json")

    assert (browser.status, browser.headers["Retry-After"]) == (503, "5")
    assert json.loads(browser.text) == {"error": "The database is away.", "begun": False}
