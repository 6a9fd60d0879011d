"""Imports of tasting notes as staff make them."""

from __future__ import annotations

from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.test import Client

from assessments.models import Member
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


def test_undo_keeps_what_was_edited_since(content: Client) -> None:
    upload(content)
    step(content, "columns", CHOSEN)
    step(content, "confirm")
    keys = list(Descriptor.objects.values_list("pk", flat=True).order_by("pk"))
    Descriptor.objects.filter(pk=keys[0]).update(intensity=3)
    Descriptor.objects.filter(pk=keys[1]).update(item_name="Another bar")

    assert "5 taken back, 2 kept." in step(content, "undo")
    assert set(Descriptor.objects.values_list("pk", flat=True)) == set(keys[:2])


def test_form_tells_of_no_member_to_those_who_may_not_see_them(content: Client) -> None:
    first = upload(content).content.decode()
    preview = step(content, "columns", CHOSEN | {"member": "nobody@example.org"})

    assert "e-mail" not in first
    assert "There is no member" not in preview
    assert DescriptorImport.objects.get().options["member"] == ""


def test_who_sees_members_may_import_for_one(db: None) -> None:
    root = visit_as("superuser")
    member = Member.objects.create(pk=uuid4(), display_name="Taster", email="taster@example.org").pk
    assert "Member's e-mail" in unescape(upload(root).content.decode())
    assert "There is no member" in step(root, "columns", CHOSEN | {"member": "x@example.org"})
    step(root, "columns", CHOSEN | {"member": "taster@example.org"})

    batch = DescriptorImport.objects.get()
    assert batch.options["member"] == str(member)
    again = root.get(f"{LIST}{batch.pk}/change/?columns").content.decode()
    assert 'value="taster@example.org"' in again
