"""File formats that questions come in."""

from __future__ import annotations

from quizbank.formats import ham, trivia
from quizbank.formats.base import FormatError, LineError, Parsed, ParsedQuestion, Parser, decode

HAM: dict[str, Parser] = {"json": ham.parse_json, "csv": ham.parse_csv}
FORMATS = ("ham", "trivia")


def parse(data: bytes, *, file_name: str, name: str | None, encoding: str = "utf-8") -> Parsed:
    """Raises FormatError when the file as a whole cannot be read."""
    text = decode(data, encoding)
    ending = file_name.rsplit(".", 1)[-1].lower()
    if name == "trivia" or (name is None and ending == "txt"):
        return trivia.parse(text)
    if ending not in HAM:
        raise FormatError(f"Files that end in .{ending} are not known: .json, .csv or .txt are.")
    return HAM[ending](text)


__all__ = ["FORMATS", "FormatError", "LineError", "Parsed", "ParsedQuestion", "parse"]
