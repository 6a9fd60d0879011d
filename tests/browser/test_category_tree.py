"""The category tree in Chromium, by mouse and by keyboard."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from flavors.models import FlavorCategory
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


def flavors(page: Page) -> dict[str, FlavorCategory]:
    """On the page of their tree."""
    made: dict[str, FlavorCategory] = {}
    for place, (name, parent) in enumerate((("Fruity", ""), ("Berry", "Fruity"), ("Floral", ""))):
        made[name] = FlavorCategory.objects.create(
            name=name, parent=made.get(parent), color="#da1d23", position=place
        )
    page.goto("/admin/flavors/flavorcategory/tree/")
    return made


def test_flavor_moves_by_keyboard_and_back(editor_page: Page) -> None:
    page = editor_page
    flavors(page)

    page.get_by_role("link", name="Move Berry", exact=True).focus()
    page.keyboard.press("Enter")
    page.locator("select[name=parent]:focus").wait_for()
    # Letters that come slowly would each begin a search anew.
    while "Floral" not in (page.locator("[name=parent] option:checked").text_content() or ""):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Move 1 category with 0 terms of 0 uses").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Berry stands below Floral now.").wait_for()
    expect_names(page, "Fruity", "Floral", "Berry")

    page.get_by_role("button", name="Undo the last change").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Undone: Berry as before.").wait_for()
    expect_names(page, "Fruity", "Berry", "Floral")


def test_flavor_is_dragged_before_another_and_onto_one(editor_page: Page) -> None:
    page = editor_page
    made = flavors(page)
    label = page.locator(f"#c{made['Floral'].pk} .tree-label")

    label.drag_to(page.locator(f"#c{made['Fruity'].pk}"), target_position={"x": 80, "y": 2})
    page.get_by_text("Floral stands at the top now, before Fruity.").wait_for()
    expect_names(page, "Floral", "Fruity", "Berry")

    label.drag_to(page.locator(f"#c{made['Fruity'].pk}"))
    page.get_by_role("button", name="Move 1 category").click()
    page.get_by_text("Floral stands below Fruity now.").wait_for()
    expect_names(page, "Fruity", "Berry", "Floral")


def test_colour_is_picked_with_its_contrast(editor_page: Page) -> None:
    page = editor_page
    made = flavors(page)

    page.get_by_role("link", name="Edit Berry").click()
    page.get_by_label("Choose the colour").fill("#ffffff")
    page.get_by_text("contrast 21.0").wait_for()
    page.get_by_role("button", name="No colour of its own").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Berry has no colour of its own now.").wait_for()

    made["Berry"].refresh_from_db()
    assert made["Berry"].color == ""
