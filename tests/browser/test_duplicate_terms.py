"""Terms that are one word: compared, merged, told apart, and all of it taken back."""

from __future__ import annotations

from playwright.sync_api import Page

from flavors.models import Term, TermDismissal
from ops.models import Run
from ops.runner import perform


def merged() -> dict[str, str]:
    rows = Term.objects.exclude(canonical=None).select_related("canonical")
    return {row.display_text: str(row.canonical) for row in rows}


def test_a_cluster_is_merged_and_undone(editor_page: Page) -> None:
    for text, uses in (("raisin", 50), ("raisins", 20), ("rasin", 2), ("coffee", 9), ("toffee", 8)):
        made = Term.objects.create(display_text=text)
        Term.objects.filter(pk=made.pk).update(usage_count=uses)
    page = editor_page
    page.goto("/admin/flavors/termsimilarity/")
    page.get_by_text("The lexicon was not compared yet.").wait_for()
    page.get_by_role("button", name="Compare now").click()
    page.get_by_text("Waiting").first.wait_for()
    perform(Run.objects.get(operation="find_duplicate_terms").pk)
    page.get_by_text("Last run: Completed").wait_for()
    group = page.get_by_role("form", name="Group 1")
    group.wait_for()

    # Two of three become one; the third is another word.
    group.get_by_label("Decide on raisins").uncheck()
    group.get_by_role("button", name="Merge …").click()
    page.get_by_text("Afterwards “raisin” counts").wait_for()
    assert merged() == {}
    page.get_by_role("button", name="Merge 1 term into “raisin”").click()
    page.get_by_text("1 term merged into “raisin”.").wait_for()
    assert merged() == {"rasin": "raisin"}

    coffee = page.get_by_role("form", name="Group 2")
    coffee.get_by_role("button", name="Not duplicates").click()
    page.get_by_text("not duplicates.").wait_for()
    page.get_by_role("form", name="Group 2").wait_for(state="detached")

    page.get_by_role("link", name="Merged", exact=True).click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("no longer merged into “raisin”.").wait_for()
    page.get_by_role("link", name="Not duplicates").click()
    page.get_by_role("button", name="Take this back").click()
    page.get_by_text("may be duplicates again.").wait_for()
    assert merged() == {}
    assert not TermDismissal.objects.exists()


def test_terms_are_found_as_one_types(editor_page: Page) -> None:
    for text in ("raspberry", "raspberry jam", "chalk"):
        Term.objects.create(display_text=text)
    page = editor_page
    page.goto("/admin/flavors/term/")
    search = page.get_by_role("combobox").first
    search.press_sequentially("rasp")
    page.get_by_role("option", name="raspberry jam").wait_for()
    search.press("ArrowDown")
    search.press("Enter")
    page.wait_for_url("**/change/")
    page.get_by_role("heading", name="Uses by month").wait_for()
