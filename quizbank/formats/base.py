"""What every format yields, and how a file is read before its format looks at it."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from quizbank.limits import TAG_LENGTH, TEXT_LENGTH

# Of one question: more is a mistake, or an attack on the screens that show them.
MAX_CHOICES = 200
LONGEST_REASON = 500
# NUL and half characters, which JSON may bring.
UNKEPT = re.compile("[\0\ud800-\udfff]")


class FormatError(Exception):
    """The whole file cannot be read; one line tells a person why."""


@dataclass(frozen=True)
class LineError:
    """A reason may quote what the file says: it is kept short, without what no row can hold."""

    line: int
    reason: str

    def __post_init__(self) -> None:
        shown = self.reason
        if len(shown) > LONGEST_REASON:
            shown = shown[:LONGEST_REASON] + "…"
        object.__setattr__(self, "reason", UNKEPT.sub("\ufffd", shown))


@dataclass(frozen=True)
class ParsedCategory:
    """A step of a path from the root of the tree."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True)
class Declared:
    """An exam, a subject or a category that the file itself describes: made where it is unknown."""

    line: int
    kind: str  # exam | subject | category
    values: dict[str, Any]


@dataclass(frozen=True)
class ParsedQuestion:
    """One question of a file.

    `content` has only what the file says: any of kind, stem, explanation, media, difficulty, tags,
    is_premium, is_user_generated, subject (code or None), exams (codes), categories (codes, the
    primary one first: CODE in the question's own exam, EXAM:CODE in another, :CODE if shared) and
    choices, each a dict of text, is_correct and any of fraction, tolerance (Decimal or None) and
    feedback.
    """

    line: int
    content: dict[str, Any]
    # Steward's own key, in files that were exported here.
    key: UUID | None = None
    external_id: str | None = None
    # Whose numbering the external id is, and where codes of categories are looked up first.
    exam: str | None = None
    # A line of the explanation that is the file's; the rest of it is the editors'.
    reference: str | None = None
    # Where a question that is new is put, made where it is unknown.
    path: tuple[ParsedCategory, ...] = ()


@dataclass
class Parsed:
    """`makes_exams`: an exam that is unknown is made, and not refused.

    `notes`: what of a question that is taken cannot be kept.
    """

    format: str
    questions: list[ParsedQuestion] = field(default_factory=list)
    errors: list[LineError] = field(default_factory=list)
    notes: list[LineError] = field(default_factory=list)
    declared: list[Declared] = field(default_factory=list)
    makes_exams: bool = False


def decode(data: bytes, encoding: str = "utf-8") -> str:
    """Strictly: a byte that does not fit is named with its line."""
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise FormatError("The file is empty.")
    if data.startswith(b"PK\x03\x04"):
        raise FormatError(
            "This is an Excel file or an archive under another name: give it its own ending back,"
            " .xlsx or .zip, or save it as .csv."
        )
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise FormatError("This is an Excel file of the old kind: save it as .xlsx or .csv.")
    try:
        text = data.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except LookupError:
        raise FormatError(f"There is no encoding named {encoding}.") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        other = "the file's encoding" if encoding.lower() == "utf-8" else "another encoding"
        raise FormatError(
            f"Byte {error.start:,} (line {line:,}) is not {encoding.upper()}:"
            f" correct it, or name {other}."
        ) from None
    except ValueError as error:
        raise FormatError(f"The file cannot be read as {encoding}: {error}") from None
    if "\x00" in text:
        raise FormatError("The file holds NUL bytes: it is no text, or its encoding is utf-16.")
    return text.removeprefix("\ufeff")


def clean_text(value: Any, name: str, *, limit: int = TEXT_LENGTH) -> str:
    """Without white space around it and with plain line ends. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text.")
    if "\x00" in value:
        raise ValueError(f"{name} holds a NUL character.")
    if not value.isascii():
        refuse_half_characters(value, name)
    text = plain(value)
    if len(text) > limit:
        raise ValueError(f"{name} has {len(text):,} characters; the limit is {limit:,}.")
    return text


def refuse_half_characters(value: str, name: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} holds half a character (a lone surrogate).") from None


def plain(text: str) -> str:
    """As texts are compared: line ends and outer white space are no difference."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip()


def clean_tags(values: list[Any]) -> list[str]:
    """Lower case, without doubles; a comma parts two tags. Raises ValueError."""
    parts = [
        clean_text(part, "A tag", limit=TAG_LENGTH).lower()
        for value in values
        for part in (value.split(",") if isinstance(value, str) else [value])
    ]
    return list(dict.fromkeys(part for part in parts if part))


class Lines:
    """Line numbers, from 1, of positions in a text."""

    def __init__(self, text: str) -> None:
        self.ends = [match.end() for match in re.finditer("\n", text)]

    def at(self, position: int) -> int:
        return bisect_right(self.ends, position) + 1
