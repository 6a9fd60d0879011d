"""File formats that questions come in."""

from __future__ import annotations

from quizbank.formats import ham, json_text, own, rows, trivia
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

FORMATS = ("csv", "json", "xlsx", "ham", "trivia")
ENDINGS = {"csv": "csv", "json": "json", "xlsx": "xlsx", "txt": "trivia"}


def parse(data: bytes, *, file_name: str, name: str | None, encoding: str = "utf-8") -> Parsed:
    """`name` forces a format; without it the ending and the content tell.

    Raises FormatError when the file as a whole cannot be read.
    """
    ending = file_name.rsplit(".", 1)[-1].lower() if "." in file_name else ""
    if name is None and ending not in ENDINGS:
        raise FormatError(
            f"Files that end in .{ending[:20]} are not known: .csv, .json, .xlsx and .txt are."
        )
    if (name or ending) == "xlsx" or (name == "ham" and ending == "xlsx"):
        return parse_table(read_xlsx(data), "xlsx", name)
    text = decode(data, encoding)
    family = {"ham": "json" if text.lstrip()[:1] in "[{" else "csv"}.get(name or "", name)
    match family or ENDINGS[ending]:
        case "trivia":
            return trivia.parse(text)
        case "json":
            return parse_json(text, name)
        case _:
            return parse_table(read_csv(text), "csv", name)


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
