"""Imports of tasting notes as staff make them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.test import Client

from flavors import imports
from flavors.models import Descriptor, DescriptorImport
from ops.models import AuditEntry, Run
from ops.models.run import Status
from ops.work import Work
from tests.flavors.test_importing import NOTES
from tests.screens import visit_as

LIST = "/admin/flavors/descriptorimport/"
CHOSEN = {
    "text_column": "notes",
    "item_column": "bar",
    "separator": ",",
    "descriptor_type": "aroma",
    "source_type": "quick_review",
    "member": "",
}


@pytest.fixture
def content(db: None) -> Client:
    return visit_as("content")


def upload(client: Client, data: bytes = NOTES) -> Any:
    file = SimpleUploadedFile("notes.csv", data)
    return client.post(f"{LIST}add/", {"file": file, "encoding": "utf-8"}, follow=True)


def step(client: Client, name: str, given: dict[str, str] | None = None) -> str:
    batch = DescriptorImport.objects.get()
    return client.post(f"{LIST}{batch.pk}/{name}/", given, follow=True).content.decode()


def test_file_is_previewed_imported_and_taken_back(content: Client) -> None:
    first = upload(content).content.decode()
    preview = step(content, "columns", CHOSEN)
    before = Descriptor.objects.count()
    done = step(content, "confirm")
    batch = DescriptorImport.objects.get()
    kinds = set(Descriptor.objects.values_list("descriptor_type", flat=True))
    asked = content.get(f"{LIST}{batch.pk}/change/?undo").content.decode()
    undone = step(content, "undo")

    assert "raspberry, Cocoa , smoke" in first
    assert "Import 7 descriptors" in preview
    assert "A descriptor needs a letter or a digit." in preview
    assert (before, kinds) == (0, {"aroma"})
    assert "7 descriptors imported." in done
    assert "7 descriptors will be deleted" in asked
    assert "7 taken back, 0 kept." in undone
    assert not Descriptor.objects.exists()
    actions = AuditEntry.objects.filter(entity_id=str(batch.pk)).order_by("id")
    assert [each.action for each in actions] == ["preview_import", "import", "undo_import"]


def test_bad_file_is_refused_in_words(content: Client) -> None:
    page = upload(content, b"bar,notes\nA,\xff\n").content.decode()

    assert "Line 2 is not utf-8" in page
    assert not DescriptorImport.objects.exists()


@pytest.mark.parametrize(("given", "said"), [({"text_column": ""}, "required"),
                                             ({"member": "x@example.org"}, "no member with"),
                                             ({"text_column": "x"}, "valid choice")])  # fmt: skip
def test_columns_are_asked_again(content: Client, given: dict[str, str], said: str) -> None:
    upload(content)

    assert said in step(content, "columns", CHOSEN | given)


def test_large_file_goes_through_the_ledger(content: Client, settings: Any) -> None:
    settings.STEWARD_IMPORT_RUN_FROM = 2
    upload(content)
    steps = {
        "columns": ("preview_descriptors", imports.preview),
        "confirm": ("import_descriptors", imports.confirm),
        "undo": ("undo_descriptors", imports.undo),
    }
    told = []
    for name, (operation, work) in steps.items():
        step(content, name, CHOSEN)
        run = Run.objects.get(operation=operation)
        told.append(work(Work(run.pk, operation, run.target, {}, 1)).text)
        mine = Run.objects.filter(pk=run.pk)
        mine.update(status=Status.PROCESSING, started_at=Now(), heartbeat_at=Now())
        mine.update(status=Status.COMPLETED, finished_at=Now(), result="Done.")

    assert told == [
        "Read: the preview is there.",
        "7 descriptors imported.",
        "7 taken back, 0 kept.",
    ]


def test_discarded_file_is_gone(content: Client) -> None:
    upload(content)

    step(content, "discard")

    batch = DescriptorImport.objects.get()
    assert (batch.status, batch.file) == ("discarded", None)
    assert "Nothing done" in step(content, "columns", CHOSEN)
