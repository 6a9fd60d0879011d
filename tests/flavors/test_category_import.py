"""The tree of categories from files, and its screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flavors.importing import FileError
from flavors.importing.categories import import_categories
from flavors.models import FlavorCategory
from tests.flavors.test_importing import DATA, needs_data

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
    )


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
    ],
)
def test_bad_trees_are_refused_in_words(db: None, found: object, said: str) -> None:
    with pytest.raises(FileError, match=said):
        imported(found)

    assert not FlavorCategory.objects.exists()


@needs_data
def test_coffee_wheel(db: None) -> None:
    file: Path = DATA / "coffee-wheel" / "coffee-wheel.json"

    counts = import_categories(file_name=file.name, data=file.read_bytes())

    assert counts["created"] == FlavorCategory.objects.count() == 110
