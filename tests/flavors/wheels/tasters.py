"""Members whose notes make wheels."""

from __future__ import annotations

from uuid import UUID

from flavors.models import FlavorCategory, Term
from tests.flavors.tasting import learner, note, run

COFFEE = {"item_name": "Old Mill", "item_category": "coffee"}
WINE = {"item_name": "Chalk Hill", "item_category": "wine"}


def tree() -> None:
    """Fruit with berries, red; sweet with sugars, without a colour of its own."""
    for name, color, below, words in (
        ("Fruit", "#c8443a", "Berries", ("raspberry", "blueberry")),
        ("Sweet", "", "Sugars", ("caramel",)),
    ):
        top = FlavorCategory.objects.create(name=name, color=color)
        sub = FlavorCategory.objects.create(name=below, parent=top)
        for word in words:
            Term.objects.create(display_text=word, category=sub, status="approved")


def ada() -> UUID:
    """Three raspberries, a blueberry (aroma), a caramel of wine, a metaphor."""
    member = learner("Ada Lovelace")
    for _ in range(3):
        note(member, "Raspberry", intensity=4, **COFFEE)
    note(member, "blueberry", descriptor_type="aroma", intensity=2, ai_extracted=True, **COFFEE)
    note(member, "caramel", **WINE)
    note(member, "an old library", descriptor_type="metaphor", **WINE)
    return member


def refresh() -> None:
    run("SELECT public.refresh_descriptor_views()")
