"""The category tree in Chromium, by mouse and by keyboard."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from quizbank.models import Category, Exam, Question, QuestionCategory

TREE = "/admin/quizbank/category/tree/"


def make_tree() -> dict[str, Category]:
    exam = Exam.objects.create(code="E", title="Exam")
    made: dict[str, Category] = {}
    for code, parent in (("A", ""), ("A1", "A"), ("A2", "A"), ("B", "")):
        made[code] = Category.objects.create(
            exam=exam, code=code, name=f"Name {code}", parent=made.get(parent)
        )
    question = Question.objects.create(stem="What is asked here?")
    QuestionCategory.objects.create(question=question, category=made["A1"], is_primary=True)
    return made


def expect_names(page: Page, *names: str) -> None:
    """Of the rows that can be seen."""
    expect(page.locator(".steward-tree tr[data-level]:visible strong")).to_have_text(names)


def test_editor_adds_renames_moves_and_reorders(editor_page: Page) -> None:
    made = make_tree()
    page = editor_page
    page.goto(TREE)

    page.get_by_role("link", name="Add below Name B").click()
    page.locator("[name=code]:focus").fill("B1")
    page.get_by_label("Name", exact=True).fill("Name B1")
    page.keyboard.press("Enter")
    page.get_by_text("B1 · Name B1 added.").wait_for()
    expect_names(page, "Name A", "Name A1", "Name A2", "Name B", "Name B1")

    page.get_by_role("link", name="Rename Name B1").click()
    page.locator("[name=name]:focus").fill("Renamed")
    page.keyboard.press("Enter")
    page.get_by_text("Renamed to “Renamed”.").wait_for()

    page.get_by_role("link", name="Move Name A1", exact=True).click()
    page.locator(f"#c{made['B'].pk}").get_by_role("button", name="Move here").click()
    page.get_by_role("button", name="Move 1 category with 1 question").click()
    page.get_by_text("A1 · Name A1 stands below B · Name B now.").wait_for()
    expect_names(page, "Name A", "Name A2", "Name B", "Renamed", "Name A1")

    page.get_by_role("button", name="Move Name A1 up").focus()
    page.keyboard.press("Enter")
    page.get_by_text("A1 · Name A1 stands before").wait_for()
    expect_names(page, "Name A", "Name A2", "Name B", "Name A1", "Renamed")
    # The keyboard stays where it was; at the end of the row, on the way back.
    page.locator("button[value=down]:focus").wait_for()
    page.keyboard.press("Enter")
    page.get_by_text("A1 · Name A1 stands after").wait_for()
    expect_names(page, "Name A", "Name A2", "Name B", "Renamed", "Name A1")


def test_branches_collapse_and_stay_so(editor_page: Page) -> None:
    make_tree()
    page = editor_page
    page.goto(TREE)

    page.get_by_role("button", name="2 below Name A").click()
    expect_names(page, "Name A", "Name B")
    page.reload()
    expect_names(page, "Name A", "Name B")
    page.get_by_role("button", name="2 below Name A").press("Space")
    expect_names(page, "Name A", "Name A1", "Name A2", "Name B")
    page.get_by_role("button", name="Collapse all").click()
    expect_names(page, "Name A", "Name B")
    page.fill("[name=q]", "A2")
    page.keyboard.press("Enter")
    page.locator("mark").wait_for()
    expect(page.locator(".steward-tree tr[data-level]:visible")).to_have_count(2)
