"""What every format yields, and how a file is read before its format looks at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


class FormatError(Exception):
    """The whole file cannot be read; one line tells a person why."""


@dataclass(frozen=True)
class LineError:
    line: int
    reason: str


@dataclass(frozen=True)
class ParsedCategory:
    code: str
    name: str
    kind: str


@dataclass(frozen=True)
class ParsedQuestion:
    """One question of a file; `choices` are `{"text", "is_correct", "tolerance", "feedback"}`."""

    line: int
    stem: str
    kind: str
    choices: tuple[dict[str, Any], ...]
    explanation: str = ""
    external_id: str | None = None
    exam: str | None = None
    # From the root of the tree down to the question's own category.
    path: tuple[ParsedCategory, ...] = ()
    media: list[dict[str, str]] = field(default_factory=list)


type Parsed = tuple[list[ParsedQuestion], list[LineError]]
type Parser = Callable[[str], Parsed]


def decode(data: bytes, encoding: str = "utf-8") -> str:
    """Strictly: a byte that does not fit is named with its line."""
    if not data.strip():
        raise FormatError("The file is empty.")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise FormatError("This is a spreadsheet or an archive: save it as CSV first.")
    if b"\x00" in data:
        raise FormatError("The file holds NUL bytes: it is no text.")
    try:
        return data.decode("utf-8-sig" if encoding.lower() == "utf-8" else encoding)
    except LookupError:
        raise FormatError(f"There is no encoding named {encoding}.") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError(
            f"Byte {error.start:,} (line {line:,}) is not {encoding.upper()}:"
            " name the file's encoding, for example windows-1252."
        ) from None
