"""A day of content staff in Chromium, in the dark: from one thing that waits to the next."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.management import call_command
from playwright.sync_api import Page, expect

from ops.models import Run
from ops.models.run import Status as RunStatus
from ops.runner import perform
from quizbank.models import ProblemReport, Question
from quizbank.models.question import Status
from tests.browser.conftest import begin_day_in_the_dark, go, log_out

DEMO = ("members", "answers", "reports", "flavors")
GIFT = "What carries a frame between two VLANs? {=A router ~A hub ~A repeater}\n\nSay it. {}\n"


def wait_for_me(page: Page, card: str) -> None:
    """Open a card of the start page."""
    page.get_by_role("link", name="Steward", exact=True).last.click()
    link = page.get_by_role("link", name=card)
    address = link.get_attribute("href")
    link.click()
    page.wait_for_url(lambda url: url.endswith(str(address)))


def publish(page: Page, button: str, revision: int) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.locator("#status-note")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text(f"Published as revision {revision}.").wait_for()


def test_content_day(browser_page: Page, editor: User) -> None:
    call_command("load_demo")
    for part in DEMO:
        call_command(f"load_demo_{part}")
    page = browser_page
    page.set_viewport_size({"width": 1440, "height": 900})
    begin_day_in_the_dark(page, "ada")

    # What waits for a review.
    in_review = Question.objects.filter(status=Status.IN_REVIEW).count()
    wait_for_me(page, f"{in_review} Questions in review")
    page.locator("#result_list tbody th a").first.click()
    publish(page, "Publish …", 1)
    wait_for_me(page, f"{in_review - 1} Questions in review")

    # A file comes in; what is refused says why.
    go(page, "/admin/quizbank/importbatch/")
    page.get_by_role("link", name="Add import").first.click()
    file = {"name": "vlan.gift", "mimeType": "text/plain", "buffer": GIFT.encode()}
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("An essay is written freely").wait_for()
    page.get_by_role("button", name="Import 1 new", exact=True).click()
    page.get_by_text("Imported: 1 new").wait_for()

    # Statistics say that a key is wrong.
    wait_for_me(page, "Questions with a possible wrong key")
    page.locator("#result_list tbody th a").first.click()
    able = page.locator("tr", has_text="The able take it").locator("td").first.inner_text()
    choices = page.locator("[name^=choices-][name$=-text]:visible")
    for number, choice in enumerate(choices.all()):
        right = page.locator(f"[name=choices-{number}-is_correct]")
        right.set_checked(choice.input_value() in able)
    page.get_by_role("button", name="Save and continue editing").click()
    publish(page, "Publish changes", 2)

    # A learner is answered.
    wait_for_me(page, "Open problem reports")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_label("Answer to the learners").fill("Right you are: it is mended.")
    page.get_by_role("button", name="Accept").click()
    page.get_by_text("accepted.").first.wait_for()

    # Two questions are one.
    go(page, "/admin/quizbank/questionsimilarity/")
    page.get_by_text("Waiting").first.wait_for()
    perform(Run.objects.get(operation="find_similar_questions", status=RunStatus.PENDING).pk)
    page.reload()
    group = page.get_by_role("form", name="Group 1")
    group.get_by_role("button", name="Same: keep one, retire the others").click()
    page.get_by_text("retired 1 question.").wait_for()

    # A look at what members taste.
    go(page, "/admin/flavors/flavorwheel/look/")
    page.get_by_role("heading", name="Combined wheel of everybody").wait_for()

    # The file was the wrong one.
    go(page, "/admin/quizbank/importbatch/")
    page.get_by_role("link", name="vlan.gift").click()
    page.get_by_role("link", name="Undo this import").click()
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_text("1 taken back, 0 kept.").wait_for()
    log_out(page)

    assert not Question.objects.filter(stem__startswith="What carries a frame").exists()
    assert Question.objects.filter(status=Status.RETIRED).exclude(duplicate_of=None).count() == 1
    assert ProblemReport.objects.filter(admin_comment__startswith="Right you are").exists()
