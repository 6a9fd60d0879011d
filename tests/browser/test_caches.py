"""Ops make caches void in Chromium: one, what has a tag, all of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from ops.models import AuditEntry
from tests.browser.conftest import log_in
from tests.ops.caching.conftest import Source, declare, kept  # noqa: F401  # fixtures
from tests.ops.conftest import member_of


@pytest.mark.usefixtures("used_caches")
def test_ops_make_caches_void(
    browser_page: Page,
    declare: Callable[..., object],  # noqa: F811  # the fixture
) -> None:
    declare(tags=("exams",))
    source = Source()
    answer = source.through()
    answer()
    member_of("ops", "olga")
    page = browser_page
    log_in(page, "olga")
    page.goto("/admin/ops/cachestate/")
    for opens, says, done in (
        ("Make figures void", "Make all its answers void", "The answers of figures are void."),
        (
            "Make what has the tag exams void",
            "Make all that has it void",
            "The answers of all caches with the tag exams are void.",
        ),
        ("Make all void …", "Make all ", "The answers of all caches are void."),
    ):
        asked = source.asked
        page.get_by_role("button", name=opens, exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name=says).click()
        page.get_by_text(done, exact=True).wait_for()
        answer()
        assert source.asked == asked + 1, done

    made = AuditEntry.objects.filter(action="invalidate", actor_name="olga")
    assert sorted(made.values_list("entity_id", flat=True)) == ["all", "exams", "figures"]
