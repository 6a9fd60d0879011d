"""People at work through PgBouncer in transaction mode: each transaction may be on another of two
connections, and nothing of one stays for the next."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from html import unescape
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from assessments.models import PublicProfile
from ops.exports.reading import reading_address
from ops.runner import perform_here
from quizbank.models import ImportBatch, Question, QuestionEvent
from tests.assessments.board_pages import BOARD, ranked, refresh
from tests.assessments.people import make_member
from tests.assessments.queue_pages import decide, moderator
from tests.assessments.test_claims import submitted
from tests.ops import operations_for_tests  # noqa: F401  # declares them
from tests.pooler.conftest import SERVERS, Place
from tests.quizbank.test_import_screen import ROW, ham, press, upload
from tests.quizbank.test_question_admin import form_of, page
from tests.screens import visit_as

pytestmark = pytest.mark.usefixtures("pooled")

# PgBouncer itself gives each client these of its own.
ITS_OWN = {
    "application_name",
    "client_encoding",
    "DateStyle",
    "IntervalStyle",
    "TimeZone",
    "standard_conforming_strings",
}
LEFT = """
    SELECT 'setting ' || name FROM pg_settings
    WHERE source = 'session' AND name <> ALL (%(own)s::text[])
    UNION ALL
    SELECT 'value of ' || name FROM unnest(%(names)s::text[]) AS name
    WHERE current_setting(name, true) <> ''
    UNION ALL
    SELECT 'lock ' || mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
    UNION ALL
    SELECT 'statement ' || name FROM pg_prepared_statements
    UNION ALL
    SELECT 'cursor ' || name FROM pg_cursors WHERE is_holdable
    UNION ALL
    SELECT 'channel ' || name FROM pg_listening_channels() AS name
    UNION ALL
    SELECT 'table ' || relname FROM pg_class WHERE relnamespace = pg_my_temp_schema()
"""
OURS = ["app.current_user_id", "pghistory.context_id", "pghistory.context_metadata"]


@contextmanager
def transactions(count: int) -> Iterator[list[psycopg.Connection[Any]]]:
    """So many at once, each on a connection of its own behind the pooler."""
    with ExitStack() as stack:
        clients = [
            stack.enter_context(psycopg.connect(**connection.get_connection_params()))
            for _ in range(count)
        ]
        for client in clients:
            client.execute("SELECT 1")
        yield clients


def left_behind() -> set[str]:
    connection.close()
    with transactions(SERVERS) as clients:
        pids = {client.execute("SELECT pg_backend_pid()").fetchone() for client in clients}
        assert len(pids) == SERVERS
        given = {"own": list(ITS_OWN), "names": OURS}
        return {row[0] for client in clients for row in client.execute(LEFT, given)}


def test_what_is_looked_for_would_be_found() -> None:
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as client:
        client.execute("SET statement_timeout = '1min'")
        client.execute("SELECT pg_advisory_lock(1), set_config('app.current_user_id', 'x', false)")
        client.execute("CREATE TEMP TABLE left_over ()")
    try:
        assert left_behind() >= {
            "setting statement_timeout",
            "lock ExclusiveLock",
            "value of app.current_user_id",
            "table left_over",
        }
    finally:
        end_servers()


def end_servers() -> None:
    """So that the next test finds none of it."""
    connection.close()
    with transactions(SERVERS) as clients:
        for client in clients:
            for statement in ("DISCARD TEMP", "SELECT pg_advisory_unlock_all()", "RESET ALL"):
                client.execute(statement)


def test_every_list_of_the_admin_opens() -> None:
    root = visit_as("superuser")
    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]

    answers = {address: root.get(address, follow=True).status_code for address in lists}

    assert {address for address, status in answers.items() if status != 200} == set()
    assert left_behind() == set()


# --- Several people at once ----------------------------------------------------------------------
def edit_and_publish(client: Client, question: Question, form: dict[str, Any]) -> None:
    """`form` is read before: the test client mixes up the contexts of threads."""
    sent = form | {"stem": f"{question.external_id}?", "_status": "active", "_note": "Because."}
    html = unescape(client.post(page(question), sent, follow=True).content.decode())
    assert "Published as revision 2." in html
    assert client.get(page(question)).status_code == 200


def import_questions(client: Client) -> None:
    upload(client, ham(ROW, ROW | {"id": "T1A02", "question": "And this?"}))
    assert "Imported: 2 new" in press(client, "confirm")


def decide_on_profile(client: Client, profile: PublicProfile) -> None:
    decide(client, profile, "publish")


def read_board(client: Client) -> None:
    assert client.get(BOARD).status_code == 200
    answer = client.post(f"{BOARD}overall/export/")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(list(csv.reader(lines))) == 3


def at_once(*works: Callable[[], None]) -> None:
    """Each in a thread of its own, which has its own connection to the pooler."""

    def done(work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as threads:
        for future in [threads.submit(done, work) for work in works]:
            future.result()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_work_of_several_people_stays_apart() -> None:
    call_command("load_demo")
    ranked(90, 80)
    refresh()
    profile = submitted()
    first, second = Question.objects.filter(status="active", kind="single").order_by("pk")[:2]
    ada, bo, cy = (visit_as(role) for role in ("content", "superuser", "ops"))
    forms = [form_of(ada, page(question)) for question in (first, second)]
    mo = moderator("mo")
    importer = User.objects.create_superuser("ines")
    reader = signed_in(User.objects.create_superuser("rea"))

    at_once(
        lambda: edit_and_publish(ada, first, forms[0]),
        lambda: edit_and_publish(bo, second, forms[1]),
        lambda: import_questions(signed_in(importer)),
        lambda: decide_on_profile(signed_in(mo), profile),
        lambda: read_board(reader),
        lambda: [cy.get(reverse("admin:ops_run_changelist")) for _ in range(3)] and None,
    )

    assert left_behind() == set()
    assert actors(first) == {"one-of-content"}
    assert actors(second) == {"one-of-superuser"}
    profile.refresh_from_db()
    assert profile.state == "published"
    assert ImportBatch.objects.get(file_name="pool.json").created_by == importer


def actors(question: Question) -> set[str]:
    """Who changed it in the admin, as its history says."""
    events = QuestionEvent.objects.filter(
        pgh_obj_id=question.pk, pgh_context__metadata__has_key="url"
    )
    return set(events.values_list("pgh_context__metadata__username", flat=True))


def test_run_goes_to_the_server_itself(pooled: Place) -> None:
    run, _ = perform_here(operation="test_count", user=User.objects.create_superuser("ola"))

    assert (run.status, run.result) == ("completed", "Counted to 3.")
    # Its lock and its limits were on a connection that the pooler never had.
    assert connection.settings_dict["HOST"] != pooled["HOST"]
    connection.close()
    connection.settings_dict.update(pooled)
    assert left_behind() == set()


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_export_is_read_behind_the_pooler(pooled: Place, kind: str) -> None:
    """Its snapshot and its limits are on connections that the pooler never had."""
    make_member("Ada")
    ops = visit_as("ops")
    sent = {"format": kind, "with_personal": "on", "do": "download"}

    answer = ops.post(reverse("admin:ops_exportfile_export", args=["members"]), sent)
    data = b"".join(answer.streaming_content)
    answer.close()

    if kind == "parquet":
        assert pq.read_table(io.BytesIO(data)).column("display_name").to_pylist() == ["Ada"]
    else:
        assert [each["display_name"] for each in rows_of(data)] == ["Ada"]
    assert pooled["HOST"] not in reading_address()
    assert left_behind() == set()


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
