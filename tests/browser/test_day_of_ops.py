"""A day of ops in Chromium: a second factor, an alert, a view, a backup, a schedule."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page, expect

from ops.models import Alert, AuditEntry, Backup, ViewState
from ops.models.backup import Verdict
from ops.monitoring import sessions
from ops.monitoring.reports import fetch
from ops.runner import perform, perform_here
from tests.browser.conftest import go, log_out
from tests.browser.test_monitoring import Session, sleeps
from tests.ops.conftest import member_of, wait_for


@pytest.fixture
def olga(transactional_db: None, settings: Any) -> User:
    settings.SECOND_FACTOR_GROUPS = ["ops"]
    user = member_of("ops", "olga")
    TOTPDevice.objects.create(user=user, name="app", confirmed=True)
    return user


@pytest.fixture
def backup(transactional_db: None, tmp_path: Path, settings: Any) -> Backup:
    settings.STEWARD_BACKUP_DIR = tmp_path
    perform_here(operation="back_up")
    return Backup.objects.get()


@pytest.fixture
def only_own_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is shown of waits is that of this database: in the others anybody may begin to wait."""
    own = (
        "SELECT * FROM public.v_lock_conflicts"
        " WHERE root IN (SELECT pid FROM public.v_active_connections)"
    )
    monkeypatch.setattr(sessions, "blockers", lambda: fetch(own))


@contextmanager
def pile_up() -> Iterator[Session]:
    """One that works on under a lock, for which another waits."""
    holder = Session("LOCK TABLE badges", "SELECT pg_sleep(3600)")
    wait_for(
        lambda: any(each["pid"] == holder.pid and sleeps(each) for each in sessions.sessions())
    )
    waiter = Session("LOCK TABLE badges")
    wait_for(sessions.blockers)
    yield holder
    for each in (holder, waiter):
        each.end()


def finish(page: Page) -> None:
    """The run that was asked for, as a worker does it; its page shows the end."""
    page.wait_for_url("**/admin/ops/run/*/change/")
    perform(UUID(page.url.split("/")[-3]))
    expect(page.locator("[data-run]:not([data-active]) [data-status=completed]")).to_be_visible()


@pytest.mark.usefixtures("only_own_waits")
def test_ops_day(browser_page: Page, olga: User, backup: Backup) -> None:
    Alert.objects.create(
        rule="dead-rows", subject="questions", level="critical", message="Dead rows: too many"
    )
    ViewState.objects.update(refreshed_at=None)
    page = browser_page
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/admin/")
    page.fill("[name=username]", "olga")
    page.fill("[name=password]", "a-long-password-1")
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Code of your authenticator app").fill(
        f"{totp(TOTPDevice.objects.get().bin_key):06d}"
    )
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="What waits for you").wait_for()

    page.get_by_role("link", name="Alerts: 1 that nobody sees to").click()
    page.get_by_role("link", name="Dead rows: too many").click()
    page.get_by_label("Note").fill("Vacuum runs")
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_role("link", name="Alerts: 0 that nobody sees to").wait_for()

    go(page, "/admin/ops/performancesnapshot/")
    with pile_up() as holder:
        page.get_by_role("link", name="Sessions and locks").click()
        blocked = page.get_by_role("region", name="Who waits for whom").locator("tbody tr")
        blocked.nth(0).get_by_role("button", name=f"Cancel the query of {holder.pid}").click()
        page.get_by_text(f"The query of process {holder.pid} was cancelled.").wait_for()
        wait_for(lambda: not sessions.blockers())
    page.reload()
    page.get_by_text("Nobody waits for anybody.").wait_for()

    go(page, "/admin/ops/viewstatus/")
    page.locator("[name=_selected_action][value=category_statistics]").check()
    page.select_option("[name=action]", "refresh_now")
    page.locator("#changelist-form button[type=submit]").first.click()
    page.get_by_role("button", name="Refresh 1 view now").click()
    finish(page)

    go(page, "/admin/ops/backup/")
    page.locator("#result_list tbody a").first.click()
    page.get_by_role("button", name="Verify …").click()
    page.get_by_role("button", name="Verify it").click()
    finish(page)

    go(page, "/admin/ops/schedulestate/")
    for step, said in (("off", "clean-ledger is off."), ("on", "clean-ledger is on.")):
        page.get_by_role("button", name=f"Switch clean-ledger {step}").click()
        page.get_by_role("button", name=f"Switch this schedule {step}").click()
        page.get_by_text(said).wait_for()
    log_out(page)

    assert ViewState.objects.filter(refreshed_at=None, pk="category_statistics").count() == 0
    backup.refresh_from_db()
    assert backup.verdict == Verdict.RESTORED
    done = AuditEntry.objects.filter(actor_name="olga").values_list("action", flat=True)
    assert {"cancel_session", "acknowledge_alert", "switch_off"} <= set(done)
