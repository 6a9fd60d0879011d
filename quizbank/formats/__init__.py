"""File formats that questions come in."""

from __future__ import annotations

import re
from collections.abc import Callable

from quizbank.formats import aiken, gift, ham, json_text, moodle_xml, own, qti, rows, trivia
from quizbank.formats.base import (
    Declared,
    FormatError,
    LineError,
    Parsed,
    ParsedCategory,
    ParsedQuestion,
    decode,
)
from quizbank.formats.tables import Table, read_csv, read_xlsx

FORMATS = ("gift", "aiken", "moodle-xml", "qti", "csv", "xlsx", "json", "ham", "trivia")
ENDINGS = ("csv", "json", "xlsx", "txt", "gift", "xml", "zip")
TEXTS: dict[str, Callable[[str], Parsed]] = {
    "gift": gift.parse,
    "aiken": aiken.parse,
    "trivia": trivia.parse,
}
XML: dict[str, Callable[[bytes | str], Parsed]] = {"moodle-xml": moodle_xml.parse, "qti": qti.parse}
MOODLE_ROOT = re.compile(rb"<quiz[\s>]")
AIKEN_ANSWER = re.compile(r"^\s*ANSWER:", re.MULTILINE)


def parse(data: bytes, *, file_name: str, name: str | None, encoding: str = "utf-8") -> Parsed:
    """`name` forces a format; without it the ending and the content tell.

    Raises FormatError when the file as a whole cannot be read.
    """
    ending = file_name.rsplit(".", 1)[-1].lower() if "." in file_name else ""
    if name is None and ending not in ENDINGS:
        known = ", ".join(f".{each}" for each in ENDINGS)
        raise FormatError(f"Files that end in .{ending[:20]} are not known: {known} are.")
    if name in XML or (name is None and ending in ("xml", "zip")):
        return parse_xml(data, name, ending, encoding)
    if (name or ending) == "xlsx" or (name == "ham" and ending == "xlsx"):
        return parse_table(read_xlsx(data), "xlsx", name)
    text = decode(data, encoding)
    if name in TEXTS or (name is None and ending in ("txt", "gift")):
        return TEXTS[name or likely_text(text, ending)](text)
    family = name if name in ("csv", "json") else ending
    if name == "ham":
        family = "json" if text.lstrip()[:1] in "[{" else "csv"
    return parse_json(text, name) if family == "json" else parse_table(read_csv(text), "csv", name)


def parse_xml(data: bytes, name: str | None, ending: str, encoding: str) -> Parsed:
    """An XML file says its own encoding; another one may be named instead."""
    if not data.strip():
        raise FormatError("The file is empty.")
    source = data if encoding.lower() in ("utf-8", "utf8") else decode(data, encoding)
    if name is None:
        name = "moodle-xml" if ending == "xml" and MOODLE_ROOT.search(data[:4096]) else "qti"
    return XML[name](source)


def likely_text(text: str, ending: str) -> str:
    if ending == "gift":
        return "gift"
    if text.startswith("#Q") or "\n#Q" in text:
        return "trivia"
    if AIKEN_ANSWER.search(text):
        return "aiken"
    if "{" in text:
        return "gift"
    raise FormatError(
        "This text has neither #Q (trivia) nor ANSWER: (Aiken) nor an answer in braces (GIFT)."
    )


def parse_json(text: str, name: str | None) -> Parsed:
    """A pool's questions have answers, ours have a stem."""
    data = json_text.load(text)
    first = next((row for row in data if isinstance(row, dict)), {}) if type(data) is list else {}
    is_ham = name is None and "question" in first and "stem" not in first
    return ham.parse_json(text, data) if is_ham or name == "ham" else own.parse_json(text, data)


def parse_table(table: Table, family: str, name: str | None) -> Parsed:
    is_ham = name is None and set(table.header) >= ham.COLUMNS and "stem" not in table.header
    return ham.parse_table(table) if is_ham or name == "ham" else rows.parse_rows(table, family)


__all__ = [
    "FORMATS",
    "Declared",
    "FormatError",
    "LineError",
    "Parsed",
    "ParsedCategory",
    "ParsedQuestion",
    "parse",
]
