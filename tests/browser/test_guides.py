"""The pictures of the guides. Taken anew by `pytest tests/browser/test_guides.py --write-docs`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pghistory
import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from ops.models import Run
from ops.models.run import Status
from ops.runner import perform, perform_here
from quizbank.models import Question
from tests.browser.conftest import log_in
from tests.docs.guides import load_bank, reader_of, rows
from tests.docs.pages import FOLDER

type Size = tuple[int, int]
FLAT: Size = (1280, 640)
TALL: Size = (1280, 800)
NARROW: Size = (1000, 640)


@dataclass(frozen=True)
class Shot:
    name: str
    address: str
    # What the picture waits for, as it is read.
    shows: str
    prepare: Callable[[Page], None] = lambda page: None
    size: Size = FLAT


def reject(page: Page) -> None:
    page.locator(".queue[data-ready]").wait_for()
    page.keyboard.press("r")
    page.keyboard.press("1")
    expect(page.locator("[name=message]")).to_be_visible()


SHOTS = {
    "content.md": (
        Shot("questions", "/admin/quizbank/question/", "Facility"),
        Shot(
            "editing", "/admin/quizbank/question/{draft}/change/", "As a learner sees it", size=TALL
        ),
        Shot("history", "/admin/quizbank/question/{active}/history/", "Hard"),
        Shot("tree", "/admin/quizbank/category/tree/", "Expand all"),
        Shot("import", "/admin/quizbank/importbatch/{batch}/change/", "2 new"),
        Shot("report", "/admin/quizbank/problemreport/{report}/change/", "Answer to the learners"),
        Shot("duplicates", "/admin/quizbank/questionsimilarity/", "Not the same"),
        Shot("terms", "/admin/flavors/termsimilarity/", "jasmine"),
        Shot("wheel", "/admin/flavors/flavorwheel/look/", "Combined wheel", size=NARROW),
    ),
    "moderation.md": (
        Shot("queue", "/admin/assessments/publicprofile/queue/", "Take the first free one"),
        Shot(
            "decide",
            "/admin/assessments/publicprofile/queue/{pending}/",
            "Possible duplicates",
            reject,
            TALL,
        ),
        Shot("profiles", "/admin/assessments/publicprofile/", "Recent batches"),
    ),
}


@pytest.mark.parametrize("guide", SHOTS)
def test_pictures_are_taken(guide: str, browser_page: Page) -> None:
    page = browser_page
    load_bank()
    call_command("load_demo_answers")
    for view in ("assessment_leaderboard", "mv_user_descriptor_summary"):
        perform_here(operation="refresh", target=view)
    # What loading has ordered: the comparisons.
    for run in Run.objects.filter(status=Status.PENDING):
        perform(run.pk)
    reader = reader_of(guide)
    places = rows(reader)
    with pghistory.context(user=reader.pk):
        Question.objects.filter(pk=places["active"]).update(difficulty="hard", tags=["subnets"])
    log_in(page, reader.get_username())
    for shot in SHOTS[guide]:
        width, height = shot.size
        page.set_viewport_size({"width": width, "height": height})
        page.goto(shot.address.format(**places))
        expect(page.get_by_text(shot.shows).first).to_be_visible()
        shot.prepare(page)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=FOLDER / f"{shot.name}.png", animations="disabled", caret="hide")
