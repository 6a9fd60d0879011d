"""A whole question beside what another system's format can show of it.

An export puts our own row beside the visible question. An import takes the row only when the
visible question is still what an export of that row shows: what was edited elsewhere counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from quizbank.formats.base import ParsedQuestion
from quizbank.formats.own import read_question

# The attribute that carries it in XML.
SEAL = "data-steward"

# An exported row, as formats.own reads it.
type Row = dict[str, Any]


def seal(row: Row) -> str:
    """One line, in ASCII: no format escapes what is in it."""
    return json.dumps(row, separators=(",", ":"))


def unseal(text: str | None, line: int, is_shown: Callable[[Row], bool]) -> ParsedQuestion | None:
    """The sealed question; None where there is none, or where something else is shown by now.

    `is_shown` compares what an export of the row writes with what stands in the file.
    """
    if not text:
        return None
    try:
        row = json.loads(text)
        own = read_question(row, line)
        return own if is_shown(row) else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, ArithmeticError):
        return None
