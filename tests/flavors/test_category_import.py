"""The tree of categories from files, and its screen."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from flavors.category_tree import flavor_tree
from flavors.importing import FileError
from flavors.importing.categories import import_categories, undo_categories
from flavors.models import CategoryImport, FlavorCategory, Term
from ops.models import AuditEntry
from tests.flavors.test_importing import DATA, needs_data
from tests.screens import visit_as

LIST = "/admin/flavors/categoryimport/"

TREE = [
    {"name": "Fruity", "color": "#DA1D23", "children": [{"name": "Berry", "color": "#dd4c51"}]},
    {"name": "Floral", "color": "#dd0a73", "children": [{"name": "Floral"}]},
]
FLAT = [
    {"name": "Fruity", "color": "#da1d23"},
    {"name": "Berry", "parent": "Fruity", "color": "#dd4c51"},
]


def imported(found: object, **options: object) -> dict[str, int]:
    return import_categories(
        file_name="tree.json",
        data=json.dumps(found).encode(),
        **options,  # type: ignore[arg-type]
    ).counts


def test_tree_is_made_once_and_colours_follow_the_file(db: None) -> None:
    assert imported(TREE, dry_run=True)["created"] == 4
    assert not FlavorCategory.objects.exists()
    assert imported(TREE) == {"created": 4, "changed": 0, "unchanged": 0}
    assert imported(FLAT) == {"created": 0, "changed": 0, "unchanged": 2}
    now = [{"name": "fruity", "color": "#000000"}]
    assert imported(now) == {"created": 0, "changed": 1, "unchanged": 0}

    berry = FlavorCategory.objects.get(name="Berry")
    assert berry.parent is not None
    assert (berry.parent.name, berry.parent.color) == ("Fruity", "#000000")
    assert FlavorCategory.objects.filter(name="Floral").count() == 2


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({}, "a list of categories"),
        ([{"color": "#000000"}], "needs a name"),
        ([{"name": "A", "color": "red"}], "no colour"),
        ([{"name": "A", "children": 3}], "no list"),
        ([{"name": "A", "parent": "B"}], "not before it"),
        ([{"name": "A"}, {"name": "a"}], "stands twice"),
        ([], "no category"),
        ([{"name": "A"}, {"name": "\0"}], "Object 2 has a NUL"),
        ([{"name": "A", "children": [{"name": "\ud800"}]}], "half a character"),
    ],
)
def test_bad_trees_are_refused_in_words(db: None, found: object, said: str) -> None:
    with pytest.raises(FileError, match=said):
        imported(found)

    assert not FlavorCategory.objects.exists()


@needs_data
def test_coffee_wheel(db: None) -> None:
    file: Path = DATA / "coffee-wheel" / "coffee-wheel.json"

    batch = import_categories(file_name=file.name, data=file.read_bytes())

    assert batch.counts["created"] == FlavorCategory.objects.count() == 110
    assert undo_categories(batch=batch) == {"undone": 110, "kept": 0}
    assert not FlavorCategory.objects.exists()


# --- The screen ----------------------------------------------------------------------------------
@pytest.fixture
def content(db: None) -> Client:
    return visit_as("content")


def upload(client: Client, found: object = TREE) -> str:
    file = SimpleUploadedFile("tree.json", json.dumps(found).encode())
    sent = {"file": file, "kind": "flavor", "encoding": "utf-8"}
    return unescape(client.post(f"{LIST}add/", sent, follow=True).content.decode())


def step(client: Client, name: str) -> str:
    batch = CategoryImport.objects.latest("id")
    return unescape(client.post(f"{LIST}{batch.pk}/{name}/", follow=True).content.decode())


def test_file_is_previewed_imported_and_taken_back(content: Client) -> None:
    FlavorCategory.objects.create(name="Fruity", color="#000000", position=4)

    preview = upload(content)
    assert "3 new · 1 of another colour · 0 the same" in preview
    assert "Fruity → Berry" in preview
    assert FlavorCategory.objects.count() == 1
    assert "3 categories added, 1 coloured anew." in step(content, "confirm")
    assert [each.name for each in flavor_tree(kind="flavor").branches] == [
        "Fruity", "Berry", "Floral", "Floral",
    ]  # fmt: skip
    batch = CategoryImport.objects.get()
    asked = content.get(f"{LIST}{batch.pk}/change/?undo").content.decode()
    assert "3 categories will be deleted, 1 gets the colour of before; 0 stay" in asked
    assert "4 taken back, 0 kept." in step(content, "undo")
    assert list(FlavorCategory.objects.values_list("name", "color")) == [("Fruity", "#000000")]
    assert "Nothing done: This import was undone already." in step(content, "undo")
    actions = AuditEntry.objects.filter(entity_id=str(batch.pk)).order_by("id")
    assert [each.action for each in actions] == ["preview_import", "import", "undo_categories"]


def test_undo_keeps_what_was_changed_or_is_used(content: Client) -> None:
    upload(content)
    step(content, "confirm")
    berry = FlavorCategory.objects.get(name="Berry")
    Term.objects.create(display_text="Raspberry", category=berry)
    FlavorCategory.objects.filter(name="Floral", parent=None).update(color="#112233")

    # Fruity has Berry in it; the Floral that was coloured stays without its child.
    assert "1 taken back, 3 kept." in step(content, "undo")
    names = [each.name for each in flavor_tree(kind="flavor").branches]
    assert names == ["Fruity", "Berry", "Floral"]


def test_refused_file_says_why_and_discarded_one_is_gone(content: Client) -> None:
    assert "is no colour" in upload(content, [{"name": "A", "color": "red"}])
    assert not CategoryImport.objects.exists()
    upload(content)
    assert "Discarded" in step(content, "discard")
    assert "Nothing done: This import is discarded already." in step(content, "confirm")
    upload(content)
    step(content, "confirm")
    assert "There is nothing to import" in upload(content)


def test_change_meanwhile_is_seen_when_confirmed(content: Client) -> None:
    upload(content)
    FlavorCategory.objects.create(name="fruity")

    assert "3 categories added, 1 coloured anew." in step(content, "confirm")
