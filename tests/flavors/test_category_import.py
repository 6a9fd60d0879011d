"""The tree of categories from files, and its screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flavors.category_tree import branches_in_order
from flavors.importing import FileError
from flavors.importing.categories import import_categories
from flavors.models import FlavorCategory, Term
from tests.flavors.test_importing import DATA, needs_data
from tests.screens import visit_as

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


def test_list_shows_the_tree_with_what_stands_in_it(db: None) -> None:
    imported(TREE)
    client = visit_as("content")

    page = client.get("/admin/flavors/flavorcategory/").content.decode()

    names = ["Fruity", "\N{EM SPACE}Berry", "Floral", "\N{EM SPACE}Floral"]
    assert [page.index(f">{name}</a>") for name in names] == sorted(
        page.index(f">{name}</a>") for name in names
    )
    assert 'fill="#da1d23"' in page
    found = FlavorCategory.objects.get(name="Berry")
    answer = client.post(
        f"/admin/flavors/flavorcategory/{found.pk}/change/",
        {"name": "Berry", "parent": "", "kind": "flavor", "color": "blue", "position": "0"},
    )
    assert "A colour is # and six digits" in answer.content.decode()


def test_figures_are_of_the_branch(db: None) -> None:
    imported(TREE)
    berry = FlavorCategory.objects.get(name="Berry")
    Term.objects.create(display_text="Raspberry", category=berry, usage_count=7)
    Term.objects.create(display_text="Fruit", category=berry.parent, usage_count=2)

    found = {each.name: (each.terms, each.uses, each.level) for each in branches_in_order()}

    assert (found["Fruity"], found["Berry"]) == ((2, 9, 0), (1, 7, 1))
