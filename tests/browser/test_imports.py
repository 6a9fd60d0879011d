"""A file goes in, is looked at, confirmed, and taken back, in Chromium."""

from __future__ import annotations

import json

from django.core.management import call_command
from playwright.sync_api import Page

from quizbank.exporting import export_questions
from quizbank.models import ImportBatch, Question

GIFT = """::Tomb:: Who is buried in Grant's tomb? {
=Grant
~No one #Look again.
~Napoleon
}

Two plus two equals {=four =4}

Write about your holidays. {}
"""


def test_editor_imports_gift_learns_what_is_refused_and_undoes_it(editor_page: Page) -> None:
    page = editor_page
    page.goto("/admin/quizbank/importbatch/add/")
    file = {"name": "tomb.gift", "mimeType": "text/plain", "buffer": GIFT.encode()}
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("2 new · 0 changed · 0 the same · 1 refused").wait_for()
    refused = page.get_by_role("region", name="Refused").locator("tbody tr")
    assert refused.locator("td").all_inner_texts() == [
        "9",
        "An essay is written freely and cannot be marked here.",
    ]
    assert not Question.objects.exists()
    page.get_by_role("button", name="Import 2 new", exact=True).click()
    page.get_by_text("Imported: 2 new").wait_for()

    page.goto("/admin/quizbank/question/")
    page.get_by_role("link", name="Who is buried in Grant's tomb?").click()
    page.locator("[name=choices-0-text]").wait_for()
    assert page.locator("[name=choices-0-text]").input_value() == "Grant"
    assert page.locator("[name=choices-0-is_correct]").is_checked()

    page.goto(f"/admin/quizbank/importbatch/{ImportBatch.objects.get().pk}/change/")
    page.get_by_role("link", name="Undo this import").click()
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_text("2 taken back, 0 kept.").wait_for()
    assert not Question.objects.exists()


def test_editor_imports_an_edited_export_and_undoes_it(editor_page: Page) -> None:
    call_command("load_demo")
    page = editor_page
    before = Question.objects.get(external_id="NET-001")
    document = json.loads(
        export_questions(questions=Question.objects.all(), format_name="json", user=None)
    )
    first, second = document["questions"][:2]
    next(row for row in document["questions"] if row["external_id"] == "NET-001")["stem"] = "New?"
    document["questions"] += [second | {"id": "", "external_id": "NET-900", "stem": "Quite new?"}]
    document["questions"] += [first | {"stem": ""}]

    page.goto("/admin/quizbank/importbatch/add/")
    page.set_input_files(
        "[name=file]",
        {
            "name": "edited.json",
            "mimeType": "application/json",
            "buffer": json.dumps(document).encode(),
        },
    )
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("1 new · 1 changed · 59 the same · 1 refused").wait_for()
    page.get_by_text("The question has no stem.").wait_for()
    page.get_by_role("link", name="Changed (1)").click()
    page.locator("ins", has_text="New?").wait_for()
    assert Question.objects.count() == 60

    page.get_by_role("button", name="Import 1 new and 1 changed").click()
    page.get_by_text("Imported: 1 new, 1 changed.").wait_for()
    assert Question.objects.get(pk=before.pk).stem == "New?"

    page.get_by_role("link", name="Undo this import").click()
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_text("2 taken back, 0 kept.").wait_for()
    assert Question.objects.get(pk=before.pk).stem == before.stem
    assert Question.objects.count() == 60
