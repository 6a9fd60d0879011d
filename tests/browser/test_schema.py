"""Ops see in Chromium where the schema differs from what the migrations make, and the replica."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from ops.admin.monitoring import pages
from ops.monitoring.replica import ReadReplica
from tests.browser.conftest import log_in
from tests.ops.conftest import member_of
from tests.ops.schema.test_schema_admin import DRIFT, verified


@pytest.fixture
def ops_page(browser_page: Page) -> Page:
    member_of("ops", "olga")
    log_in(browser_page, "olga")
    return browser_page


def test_drift_is_shown(ops_page: Page) -> None:
    gone = {"kind": "index", "name": "public.lost", "state": "missing", "difference": "-btree (a)"}
    verified(DRIFT, gone)
    page = ops_page
    page.goto("/admin/ops/schemaexpectation/")

    expect(page.get_by_label("How it is")).to_contain_text("2 objects differ")
    drifted = page.locator(".schema-differences tbody tr").filter(has_text="display_name")
    expect(drifted.locator("[data-side=expected]")).to_have_text("-text NOT NULL")
    expect(drifted.locator("[data-side=found]")).to_have_text("+text")
    missing = page.locator(".schema-differences tbody tr").filter(has_text="public.lost")
    expect(missing.get_by_text("btree (a)")).to_be_hidden()
    missing.get_by_text("Definition").click()
    expect(missing.get_by_text("btree (a)")).to_be_visible()


def test_the_replica_that_is_read_is_on_the_page_of_the_server(
    ops_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How it stands is for tests/replicas, which have a real one."""
    found = ReadReplica("db2:5432", 42.5, 10, "", "is too far behind", [("On the replica", 1234)])
    monkeypatch.setattr(pages, "read_replica", lambda: found)
    page = ops_page
    page.goto("/admin/ops/performancesnapshot/server/")

    block = page.get_by_role("region", name="The replica that is read")
    expect(block).to_contain_text("is too far behind")
    expect(block).to_contain_text("42.5 s behind, 10 s at most; reads go to the primary.")
    expect(block.get_by_role("row", name="On the replica")).to_contain_text("1,234")
