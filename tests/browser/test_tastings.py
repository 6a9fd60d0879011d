"""Tasting notes in Chromium: a long list turned to its end, and a file that goes in and out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from flavors.models import Descriptor, Term
from tests.flavors.tasting import learner, run
from tests.flavors.wheels.tasters import tree

LIST = "/admin/flavors/descriptor/"
PER_PAGE, ROWS = 50, 1_120
NOTES = b'bar,notes\nA,"Smoke, Cocoa"\nB,"Rose, ?!"\n'


def month() -> datetime:
    """Its first moment: every database has a partition of this month."""
    return datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def notes_of_weeks() -> None:
    """One each half hour from the beginning of the month on, the newest is number 1."""
    run(
        "INSERT INTO flavor_descriptors (id, user_id, source_type, descriptor_type,"
        " descriptor_text)"
        " SELECT uuidv7(%s - clock_timestamp() + interval '30 minutes' * (%s - n)), %s,"
        " 'quick_tasting', 'flavor', 'note ' || n FROM generate_series(1, %s) AS n",
        month(),
        ROWS,
        learner(),
        ROWS,
    )


def expect_rows(page: Page, first: int, last: int) -> None:
    """Notes of these numbers; the newest has the lowest."""
    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(last - first + 1)
    expect(rows.first).to_contain_text(f"note {first}")
    expect(rows.last).to_contain_text(f"note {last}")


def turn(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Pages").get_by_role("link", name=name).click()


def test_descriptors_are_turned_to_the_end_and_back(editor_page: Page) -> None:
    page = editor_page
    notes_of_weeks()
    page.goto(LIST)
    expect_rows(page, 1, PER_PAGE)
    expect(page.get_by_role("link", name="Newer")).to_have_count(0)

    turn(page, "Older")
    expect_rows(page, PER_PAGE + 1, 2 * PER_PAGE)
    page.keyboard.press("n")
    expect_rows(page, 2 * PER_PAGE + 1, 3 * PER_PAGE)
    turn(page, "Newer")
    expect_rows(page, PER_PAGE + 1, 2 * PER_PAGE)

    turn(page, "Last")
    expect_rows(page, ROWS - PER_PAGE + 1, ROWS)
    expect(page.get_by_role("link", name="Older")).to_have_count(0)
    turn(page, "Newer")
    expect_rows(page, ROWS - 2 * PER_PAGE + 1, ROWS - PER_PAGE)
    turn(page, "First")
    expect_rows(page, 1, PER_PAGE)


def test_descriptors_are_found_by_day(editor_page: Page) -> None:
    page = editor_page
    notes_of_weeks()
    day = month().date() + timedelta(days=10)
    first = int(Descriptor.objects.filter(created_at__date=day).latest("id").descriptor_text[5:])
    page.goto(LIST)

    page.get_by_label("Day").fill(day.isoformat())
    page.get_by_role("button", name="Go", exact=True).click()

    expect_rows(page, first, first + PER_PAGE - 1)
    turn(page, "Newer")
    expect_rows(page, first - PER_PAGE, first - 1)


def test_term_takes_its_suggested_category_and_is_merged_into_a_similar_one(
    editor_page: Page,
) -> None:
    page = editor_page
    tree()
    term = Term.objects.create(display_text="raspberrys")
    page.goto(f"/admin/flavors/term/{term.pk}/change/")
    page.get_by_role("button", name="Choose it").click()
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was changed successfully").wait_for()
    term.refresh_from_db()
    assert str(term.category) == "Berries"

    page.get_by_role("button", name="Merge into raspberry", exact=True).click()
    page.get_by_role("button", name="Merge 1 term into “raspberry”").click()
    page.get_by_text("1 term merged into “raspberry”.").wait_for()
    term.refresh_from_db()
    assert str(term.canonical) == "raspberry"


def test_notes_are_previewed_imported_and_taken_back(editor_page: Page) -> None:
    page = editor_page
    page.goto("/admin/flavors/descriptorimport/add/")
    file = {"name": "notes.csv", "mimeType": "text/csv", "buffer": NOTES}
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_label("Words are in").select_option("notes")
    page.get_by_label("What was tasted is in").select_option("bar")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="Refused")).to_contain_text("needs a letter or a digit")
    page.get_by_role("link", name="New terms (3)").click()
    expect(page.get_by_role("region", name="New terms").locator("tbody tr")).to_have_count(3)
    assert not Descriptor.objects.exists()

    page.get_by_role("button", name="Import 3 descriptors").click()
    page.get_by_text("3 descriptors imported.").wait_for()
    Descriptor.objects.filter(descriptor_text="Smoke").update(intensity=4)
    page.get_by_role("link", name="Undo this import").click()
    page.get_by_text("2 descriptors will be deleted; 1 changed").wait_for()
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_text("2 taken back, 1 kept.").wait_for()

    assert Descriptor.objects.get().descriptor_text == "Smoke"
