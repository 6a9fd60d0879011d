"""JSON, strictly, with the line on which each element of its lists begins."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from quizbank.formats.base import FormatError, Lines

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]', re.DOTALL)
SPACE = re.compile(r"\s*")


def load(text: str) -> Any:
    """Raises FormatError with the line."""
    try:
        return json.loads(text, parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        raise FormatError(f"Line {error.lineno:,}: {error.msg}. Is the file complete?") from None
    except RecursionError:
        raise FormatError("The JSON is nested too deeply.") from None
    except ValueError as error:
        raise FormatError(f"This is no JSON: {error}.") from None


def refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def element_lines(text: str) -> dict[str | None, list[int]]:
    """Lines of the elements of each list at the top: by its key, or None for a bare list.

    `text` is JSON that `load` could read.
    """
    lines, found = Lines(text), dict[str | None, list[int]]()
    lists_at = 1 if text.lstrip().startswith("{") else 0
    depth, name, current = 0, "", None
    for match in TOKEN.finditer(text):
        mark = match.group()
        if mark.startswith('"'):
            name = mark
            continue
        if mark == "[" and depth == lists_at:
            current = found[json.loads(name) if lists_at else None] = list[int]()
        depth += {"[": 1, "{": 1, "]": -1, "}": -1, ",": 0}[mark]
        if depth == lists_at and mark == "]":
            current = None
        if current is not None and depth == lists_at + 1 and mark in ("[", ","):
            start = SPACE.match(text, match.end()).end()  # type: ignore[union-attr]
            if text[start] != "]":
                current.append(lines.at(start))
    return found
