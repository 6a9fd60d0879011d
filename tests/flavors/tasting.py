"""Members who taste, in plain SQL."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flavors.models import FlavorCategory, Term
from tests.quizbank.learning import ID_AT, learner, run, value

__all__ = [
    "canonical_of",
    "learner",
    "merge",
    "note",
    "place",
    "refresh",
    "run",
    "taste",
    "term_of",
    "value",
]


def note(user: UUID, text: str = "Dark chocolate", **given: Any) -> UUID:
    """A descriptor; returns its id. `at` gives it a time."""
    values: dict[str, Any] = {
        "user_id": user,
        "source_type": "quick_tasting",
        "descriptor_type": "flavor",
        "descriptor_text": text,
    } | given
    at = values.pop("at", None)
    if at:
        values["id"] = value(f"SELECT {ID_AT}", at)
    marks = ", ".join(["%s"] * len(values))
    return value(
        f"INSERT INTO flavor_descriptors ({', '.join(values)}) VALUES ({marks}) RETURNING id",
        *values.values(),
    )


def term_of(text: str) -> Term:
    return Term.objects.get(normalized_form=value("SELECT normalize_descriptor_text(%s)", text))


def canonical_of(text: str) -> str:
    """The spelling of the term that this text stands for."""
    term = term_of(text)
    return (term.canonical or term).display_text


def taste(user: UUID, *texts: str, **given: Any) -> None:
    rows = [{"descriptor_text": text, "descriptor_type": "flavor"} | given for text in texts]
    run("SELECT batch_insert_descriptors(%s, %s, 'quick_tasting')", json.dumps(rows), user)


def refresh() -> None:
    run("SELECT refresh_descriptor_views()")


def merge(*texts: str) -> None:
    """All into the first."""
    first, *others = (term_of(text).pk for text in texts)
    Term.objects.filter(pk__in=others).update(canonical=first)


def place(text: str, category: str, subcategory: str) -> None:
    root, _ = FlavorCategory.objects.get_or_create(
        name=category, parent=None, defaults={"color": "#aa0000"}
    )
    branch, _ = FlavorCategory.objects.get_or_create(name=subcategory, parent=root)
    Term.objects.filter(pk=term_of(text).pk).update(category=branch)
