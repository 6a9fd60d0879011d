"""What somebody sees in a page's place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import Client

from config import dashboard
from tests.pages import complaints
from tests.screens import visit_as


def text_of(answer: HttpResponse, status: int) -> str:
    assert answer.status_code == status
    assert complaints(answer) == []
    return answer.content.decode()


@pytest.fixture
def groupless(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("<b data-hostile>", is_staff=True))
    return client


def test_forbidden_page_names_the_account_and_the_remedy(groupless: Client) -> None:
    text = text_of(groupless.get("/admin/quizbank/question/"), 403)

    assert "The account “&lt;b data-hostile&gt;” may not do this." in text
    assert "A superuser gives people their groups." in text


@pytest.mark.parametrize("address", ["/no/such/page", "/admin/no/such/page/"])
def test_missing_page_is_said_to_be_missing(groupless: Client, address: str) -> None:
    assert "There is no such page" in text_of(groupless.get(address), 404)


def test_missing_page_is_shown_to_strangers(db: None) -> None:
    assert "There is no such page" in text_of(Client().get("/no/such/page"), 404)


def test_stale_form_is_told_what_to_do(groupless: Client) -> None:
    client = Client(enforce_csrf_checks=True)

    form = {"stem": "Which is longer?"}
    here = {"origin": "http://testserver"}
    text = text_of(client.post("/admin/quizbank/question/add/", form, headers=here), 403)

    assert "nothing was saved" in text
    assert "reload the page" in text
    assert '<dt>Stem</dt><dd class="steward-text">Which is longer?</dd>' in text


def test_form_of_somebody_logged_out_is_answered_in_its_place(db: None) -> None:
    sent = {
        "stem": "Which <b> is\nlonger?",
        "choices-0-text": "The other one",
        "choices-1-text": "どちらが長いですか",
        "external_id": "Q1",
        "old_password": "correct horse",
    }
    text = text_of(Client().post("/admin/quizbank/question/add/", sent), 403)

    assert "You were logged out before this was sent, so nothing was saved." in text
    assert 'href="/admin/login/" target="_blank"' in text
    assert '<dt>Stem</dt><dd class="steward-text">Which &lt;b&gt; is\nlonger?</dd>' in text
    assert '<dt>Choices 0 text</dt><dd class="steward-text">The other one</dd>' in text
    assert '<dd class="steward-text">どちらが長いですか</dd>' in text
    assert "Q1" not in text
    assert "horse" not in text


def test_no_other_site_has_its_words_shown_so(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    form = {"stem": "Send your password to us"}
    for headers in ({}, {"origin": "null"}, {"origin": "https://example.org"}):
        answer = client.post("/admin/quizbank/question/add/", form, headers=headers)
        assert "Send your password" not in text_of(answer, 403)


def test_logging_out_twice_is_no_loss(db: None) -> None:
    assert Client().post("/admin/logout/").status_code == 302


def test_failure_is_one_plain_page(groupless: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(request: object) -> None:
        raise DatabaseError("secret of the database")

    monkeypatch.setattr(dashboard, "questions_to_edit", fail)
    groupless.raise_request_exception = False

    text = text_of(groupless.get("/admin/"), 500)

    assert "Something failed" in text
    assert "secret" not in text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("method", "said"),
    [("GET", "Try again in a moment."), ("POST", "Nobody knows whether what you sent was saved")],
)
def test_connection_that_was_lost_on_the_way(
    groupless: Client, monkeypatch: pytest.MonkeyPatch, method: str, said: str
) -> None:
    def lose(request: object) -> None:
        connection.cursor().execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(dashboard, "questions_to_edit", lose)
    groupless.raise_request_exception = False

    text = text_of(groupless.generic(method, "/admin/"), 503)
    connection.close()

    assert said in text


@pytest.fixture
def elsewhere(groupless: Client) -> Iterator[psycopg.Connection[Any]]:
    """A connection that outlives the request's own, which finds nobody from then on."""
    connection.ensure_connection()
    here = connection.settings_dict["HOST"]
    groupless.raise_request_exception = False
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as found:
        yield found
    connection.settings_dict["HOST"] = here
    connection.close()


def end(elsewhere: psycopg.Connection[Any]) -> None:
    pid = connection.connection.info.backend_pid
    elsewhere.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    connection.settings_dict["HOST"] = "/nowhere"


def lost_commit(elsewhere: psycopg.Connection[Any]) -> None:
    with transaction.atomic():
        User.objects.update(first_name="Ada")
        end(elsewhere)


def lost_and_asked_again(elsewhere: psycopg.Connection[Any]) -> None:
    User.objects.update(first_name="Ada")
    end(elsewhere)
    with suppress(OperationalError):
        User.objects.update(first_name="Bo")
    connection.close()
    User.objects.update(first_name="Cy")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lose", [lost_commit, lost_and_asked_again])
def test_connection_that_was_lost_and_refused_since(
    groupless: Client,
    elsewhere: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
    lose: Callable[[psycopg.Connection[Any]], None],
) -> None:
    monkeypatch.setattr(dashboard, "questions_to_edit", lambda _: lose(elsewhere))

    text = text_of(groupless.post("/admin/"), 503)

    assert "Nobody knows whether what you sent was saved" in text


@pytest.mark.django_db(transaction=True)
def test_connection_that_was_refused_at_once(
    groupless: Client, elsewhere: psycopg.Connection[Any]
) -> None:
    end(elsewhere)
    connection.close()

    assert "Nothing was saved." in text_of(groupless.post("/admin/"), 503)


def test_query_that_took_too_long_is_no_lost_connection(
    groupless: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dawdle(request: object) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 1; SELECT pg_sleep(60)")

    monkeypatch.setattr(dashboard, "questions_to_edit", dawdle)
    groupless.raise_request_exception = False

    assert "Something failed" in text_of(groupless.get("/admin/"), 500)


def test_what_cannot_be_read_is_said_to_be_too_much(groupless: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3

    text = text_of(groupless.post("/admin/password_change/", dict.fromkeys("abcd", "1")), 400)

    assert "too much at once" in text
    assert "Nothing was saved" in text


# The refused query ends a transaction, and a request has none.
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("query", ["badges=quick", "badges__contains=%7B", "q=x&badges=1"])
def test_a_forged_filter_leads_back_to_the_list(query: str) -> None:
    address = "/admin/assessments/publicprofile/"
    answer = visit_as("moderators").get(f"{address}?{query}", follow=True)
    assert answer.redirect_chain == [(address, 302)]
    assert "something that cannot be" in answer.content.decode()
