"""From the figures of an exam to a question's next revision, in Chromium."""

from __future__ import annotations

from django.core.management import call_command
from playwright.sync_api import Page, expect

from quizbank.models import Question


def test_wrong_key_is_found_fixed_and_published(editor_page: Page) -> None:
    for command in ("load_demo", "load_demo_members", "load_demo_answers"):
        call_command(command)
    page = editor_page
    page.goto("/admin/")
    page.get_by_role("link", name="Questions with a possible wrong key").wait_for()
    page.goto("/admin/quizbank/examstatistic/")
    page.get_by_role("link", name="NET ·").click()
    page.locator("section[aria-labelledby=worst] tbody a").first.click()
    page.wait_for_url("**/quizbank/question/*/change/**")
    page.get_by_text("Possible wrong key:").wait_for()
    suspect = Question.objects.get(pk=page.url.split("/")[-3])
    right = suspect.choices.get(is_correct=True)
    able = page.locator("tr", has_text="The able take it").locator("td").first.inner_text()

    for row in page.locator("#choices-data .form-row, #choices-data tr").all():
        box = row.locator("[name$=-is_correct]")
        if box.count() and "__prefix__" not in (box.first.get_attribute("name") or ""):
            text = row.locator("[name$=-text]").first.input_value()
            box.first.set_checked(bool(text) and text in able)
    page.locator("[name=_continue]:not(.steward-default)").click()
    page.get_by_text("Unpublished changes").first.wait_for()
    page.get_by_role("button", name="Publish changes").click()
    expect(page.locator("#status-note")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text("Published as revision 2.").wait_for()

    page.get_by_text("Nobody has answered revision 2 yet").wait_for()
    page.get_by_role("navigation", name="Figures of a revision").get_by_text("1").click()
    page.get_by_text("How revision 1 does").wait_for()
    right.refresh_from_db()
    suspect.refresh_from_db()
    page.get_by_role("link", name="Statistics of NET").click()
    page.get_by_role("heading", name="Published anew").wait_for()
    page.locator("section[aria-labelledby=anew]").get_by_role("link").wait_for()
    assert not right.is_correct
    assert (suspect.item_learners, suspect.item_flags) == (0, [])
