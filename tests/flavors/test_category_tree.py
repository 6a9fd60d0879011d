"""The tree of flavor categories: colours, figures, and what editors do on its page."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from flavors.category_tree import flavor_tree, moving
from flavors.models import FlavorCategory, Term
from ops.models import AuditEntry
from tests.screens import visit_as

TREE = "/admin/flavors/flavorcategory/tree/"


@pytest.fixture
def editing(db: None) -> Client:
    return visit_as("content")


def category(name: str, parent: FlavorCategory | None = None, **more: Any) -> FlavorCategory:
    return FlavorCategory.objects.create(name=name, parent=parent, **more)


def names(kind: str = "flavor") -> list[str]:
    return [branch.name for branch in flavor_tree(kind=kind).branches]


def send(client: Client, verb: str, where: FlavorCategory | None = None, **sent: Any) -> Any:
    middle = f"{where.pk}/" if where else ""
    return client.post(f"{TREE}{middle}{verb}/", sent, follow=True)


def said(answer: Any) -> str:
    return unescape(answer.content.decode())


def undo(client: Client, answer: Any) -> str:
    """The button that the page after a change shows."""
    return said(client.post(f"{TREE}undo/", {"done": answer.context["query"]["done"]}, follow=True))


def test_figures_are_of_the_branch_with_what_was_merged(db: None) -> None:
    fruity = category("Fruity", color="#da1d23")
    berry = category("Berry", fruity)
    raspberry = Term.objects.create(display_text="Raspberry", category=berry, usage_count=7)
    Term.objects.create(display_text="Rasbery", canonical=raspberry, usage_count=3)
    Term.objects.create(display_text="Fruit", category=fruity, usage_count=2)

    tree = flavor_tree(kind="flavor")

    assert {each.name: each.counts for each in tree.branches} == {
        "Fruity": [2, 12],
        "Berry": [1, 10],
    }
    assert tree.totals == [2, 12]
    assert moving(category_id=fruity.pk) == (2, 2, 12)


def test_colours_come_from_above_with_their_contrast(editing: Client) -> None:
    fruity = category("Fruity", color="#da1d23")
    category("Berry", fruity)
    category("Nutty")

    html = said(editing.get(TREE))

    shades = {each.name: each.shade for each in flavor_tree(kind="flavor").branches}
    assert shades == {"Fruity": "#da1d23", "Berry": "#da1d23", "Nutty": "#9ca3af"}
    assert html.count('fill="#da1d23"') == 2
    assert "contrast 5.0" in html
    assert "A shade of what is above it" in html


def test_tree_asks_as_much_for_twenty_rows_as_for_one(editing: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            editing.get(TREE)
        return len(asked)

    root = category("Root")
    queries()
    one = queries()
    for number in range(19):
        Term.objects.create(display_text=f"T{number}", category=category(f"C{number}", root))

    assert queries() == one


def test_added_edited_and_coloured(editing: Client) -> None:
    fruity = category("Fruity")
    place = {"parent": fruity.pk, "kind": "flavor"}

    assert "Berry added." in said(send(editing, "add", name="Berry", color="#AABBCC", **place))
    berry = FlavorCategory.objects.get(name="Berry")
    assert (berry.parent, berry.color) == (fruity, "#aabbcc")
    assert "has the colour #000000" in said(
        send(editing, "edit", berry, name="Berry", color="#000000")
    )
    assert "no colour of its own" in said(send(editing, "edit", berry, name="Berry", color=""))
    assert "like that already" in said(send(editing, "edit", berry, name="Berry", color=""))
    refused = said(send(editing, "edit", berry, name="Berry", color="blue"))
    assert "A colour is # and six digits" in refused
    assert 'value="blue"' in refused
    assert "There is a category of this name" in said(
        send(editing, "add", name="berry", color="", **place)
    )


def test_move_asks_with_the_terms_and_can_be_undone(editing: Client) -> None:
    fruity, floral = category("Fruity", position=1), category("Floral", position=2)
    berry = category("Berry", fruity)
    Term.objects.create(display_text="Raspberry", category=berry, usage_count=7_000)

    assert "Move 1 category with 1 term of 7,000 uses" in said(
        send(editing, "move", berry, parent=floral.pk)
    )
    berry.refresh_from_db()
    assert berry.parent == fruity
    moved = send(editing, "move", berry, parent=floral.pk, confirmed="1", note="Belongs there")
    assert "Berry stands below Floral now." in said(moved)
    assert names() == ["Fruity", "Floral", "Berry"]
    assert "Undone: Berry as before." in undo(editing, moved)
    assert names() == ["Fruity", "Berry", "Floral"]
    assert AuditEntry.objects.filter(action="undo_category_change").count() == 1


def test_dragged_among_its_siblings_it_goes_at_once_and_back(editing: Client) -> None:
    root = category("Root")
    a, _, c = (category(name, root, position=place) for place, name in enumerate("ABC"))

    moved = send(editing, "move", c, parent=root.pk, before=a.pk)

    assert "C stands below Root now, before A." in said(moved)
    assert names() == ["Root", "C", "A", "B"]
    undo(editing, moved)
    assert names() == ["Root", "A", "B", "C"]


def test_dragged_before_a_row_elsewhere_it_asks_first(editing: Client) -> None:
    root, other = category("Root"), category("Other")
    a, x = category("A", root), category("X", other)

    assert "To: Root, before A" in said(send(editing, "move", x, parent=root.pk, before=a.pk))
    send(editing, "move", x, parent=root.pk, before=a.pk, confirmed="1")

    assert names() == ["Other", "Root", "X", "A"]
    assert "Nothing changed." in said(
        send(editing, "move", x, parent=other.pk, before=a.pk, confirmed="1")
    )
    x.refresh_from_db()
    assert x.parent == root


def test_undo_is_refused_where_somebody_changed_it_since(editing: Client) -> None:
    fruity = category("Fruity")
    renamed = send(editing, "edit", fruity, name="Fruits", color="")
    recoloured = send(editing, "edit", fruity, name="Fruits", color="#112233")
    send(editing, "edit", fruity, name="Fruits", color="#445566")

    assert "Fruits was changed since" in undo(editing, recoloured)
    # The name is as that change left it, and the colour stays.
    assert "as before" in undo(editing, renamed)
    fruity.refresh_from_db()
    assert (fruity.name, fruity.color) == ("Fruity", "#445566")
    assert "There is nothing to undo." in said(send(editing, "undo", done="x"))


def test_added_and_deleted_can_be_undone_while_nothing_stands_in_it(editing: Client) -> None:
    added = send(editing, "add", name="Berry", color="", parent="", kind="flavor")
    berry = FlavorCategory.objects.get(name="Berry")
    send(editing, "add", name="Child", color="", parent=berry.pk, kind="flavor")
    child = FlavorCategory.objects.get(name="Child")

    assert "Nothing changed." in undo(editing, added)
    address = f"/admin/flavors/flavorcategory/{child.pk}/delete/"
    deleted = editing.post(address, {"post": "yes"}, follow=True)
    assert names() == ["Berry"]
    undo(editing, deleted)
    assert names() == ["Berry", "Child"]
    editing.post(address, {"post": "yes"})
    undo(editing, added)
    assert names() == []


def test_category_with_terms_is_not_deleted_and_says_why(editing: Client) -> None:
    fruity = category("Fruity")
    Term.objects.create(display_text="Fruit", category=fruity)

    page = said(editing.post(f"/admin/flavors/flavorcategory/{fruity.pk}/delete/", {"post": "yes"}))

    assert "Terms in it, to be moved to another category first: 1" in page
    assert names() == ["Fruity"]


def test_undo_of_an_addition_is_refused_once_a_term_stands_in_it(editing: Client) -> None:
    added = send(editing, "add", name="Berry", color="", parent="", kind="flavor")
    Term.objects.create(display_text="Raspberry", category=FlavorCategory.objects.get())

    assert "Nothing changed." in undo(editing, added)
    assert names() == ["Berry"]


def test_branches_keep_their_kind(editing: Client) -> None:
    fruity, night = category("Fruity"), category("Night", kind="metaphor")

    assert "has the kind of its parent" in said(
        send(editing, "move", night, parent=fruity.pk, confirmed="1")
    )
    assert "Night" in said(editing.get(f"{TREE}?kind=metaphor"))


def test_viewers_see_the_tree_without_tools(db: None) -> None:
    fruity = category("Fruity")

    html = said(visit_as("analysts").get(f"{TREE}?edit={fruity.pk}&add=0&done=x"))

    assert "Fruity" in html
    for tool in ("reorder/", "edit=", "add=", "move=", "Delete", "Undo", "tree-drop"):
        assert tool not in html
