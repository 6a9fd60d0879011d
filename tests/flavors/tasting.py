"""Members who taste, in plain SQL."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flavors.models import Term
from tests.quizbank.learning import learner, run, value

__all__ = ["canonical_of", "learner", "note", "run", "term_of", "value"]


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
        values["id"] = value("SELECT uuidv7(%s::timestamptz - clock_timestamp())", at)
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
