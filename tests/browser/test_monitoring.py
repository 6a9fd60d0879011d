"""Trouble that ops find and mend in Chromium: a session that holds up another, an alert."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Page, expect

from ops.models import Alert, AuditEntry
from ops.monitoring import sessions
from ops.monitoring.reports import Row
from tests.browser.conftest import log_in
from tests.ops.conftest import blocked_by, database_url, member_of, wait_for

SESSIONS = "/admin/ops/performancesnapshot/sessions/"


@pytest.fixture
def ops_page(browser_page: Page) -> Page:
    member_of("ops", "olga")
    log_in(browser_page, "olga")
    return browser_page


class Session:
    """A session of its own that does one thing, which may take long, in the background."""

    def __init__(self, *statements: str) -> None:
        self.connection = psycopg.connect(database_url())
        self.pid = self.connection.info.backend_pid
        self.told: list[psycopg.Error] = []
        self.thread = threading.Thread(target=self.run, args=statements)
        self.thread.start()

    def run(self, *statements: str) -> None:
        try:
            for statement in statements:
                self.connection.execute(statement)
        except psycopg.Error as error:
            self.told.append(error)

    def end(self) -> None:
        self.connection.cancel_safe(timeout=60)
        self.thread.join(timeout=60)
        self.connection.close()


@pytest.fixture
def pile_up(ops_page: Page) -> Iterator[tuple[Session, Session]]:
    """One that holds a lock and works on, one that waits for it."""
    holder = Session("LOCK TABLE badges", "SELECT pg_sleep(3600)")
    wait_for(
        lambda: any(each["pid"] == holder.pid and sleeps(each) for each in sessions.sessions())
    )
    waiter = Session("LOCK TABLE badges")
    wait_for(lambda: blocked_by(holder.pid))
    yield holder, waiter
    for each in (holder, waiter):
        each.end()


def sleeps(session: Row) -> bool:
    return session["state"] == "active" and "pg_sleep" in session["query"]


def test_a_blocker_is_found_and_cancelled(ops_page: Page, pile_up: tuple[Session, Session]) -> None:
    page, (holder, waiter) = ops_page, pile_up
    page.goto(SESSIONS)
    blocked = page.locator("section[aria-labelledby=blocked] tbody tr")
    waits = blocked.filter(has_text=f"↳ {waiter.pid}")
    expect(waits).to_contain_text("badges (AccessExclusiveLock)")

    blocked.get_by_role("button", name=f"Cancel the query of {holder.pid}", exact=True).click()
    page.get_by_text(f"The query of process {holder.pid} was cancelled.").wait_for()
    wait_for(lambda: not blocked_by(holder.pid))
    page.goto(SESSIONS)
    expect(waits).to_have_count(0)

    wait_for(lambda: holder.told)
    assert isinstance(holder.told[0], psycopg.errors.QueryCanceled)
    assert waiter.told == []
    assert AuditEntry.objects.get(action="cancel_session").entity_id == str(holder.pid)


def test_a_blocker_is_ended_after_a_question(
    ops_page: Page, pile_up: tuple[Session, Session]
) -> None:
    page, (holder, waiter) = ops_page, pile_up
    page.goto(SESSIONS)
    blocked = page.locator("section[aria-labelledby=blocked]")
    blocked.get_by_role("button", name=f"End the session of {holder.pid}").click()
    dialog = page.get_by_role("dialog", name="End this session?")
    dialog.get_by_role("button", name="End the session").click()
    page.get_by_text(f"The session of process {holder.pid} was ended.").wait_for()

    wait_for(lambda: holder.told)
    wait_for(lambda: not blocked_by(holder.pid))
    assert waiter.told == []


def test_an_alert_is_acknowledged(ops_page: Page) -> None:
    alert = Alert.objects.create(
        rule="dead-rows", subject="questions", level="critical", message="Dead rows: too many"
    )
    page = ops_page
    page.goto("/admin/")
    bell = page.get_by_role("link", name="Alerts: 1 that nobody sees to")
    bell.click()
    page.get_by_role("link", name="Dead rows: too many").click()
    page.get_by_label("Note").fill("Vacuum runs")
    page.get_by_label("I see to it, for").select_option("an hour")
    page.get_by_role("button", name="Acknowledge").click()

    page.get_by_text("Acknowledged for an hour.").wait_for()
    page.get_by_role("cell", name="Vacuum runs").wait_for()
    page.get_by_role("link", name="Alerts: 0 that nobody sees to").wait_for()
    alert.refresh_from_db()
    assert alert.acknowledged_by is not None
    assert alert.acknowledged_by.get_username() == "olga"
