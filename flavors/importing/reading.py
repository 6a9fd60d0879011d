"""Tasting notes out of CSV and JSON: rows of columns; one column holds the words."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings

# Of the ids of sources: the same row of the same member is the same source, in any file.
SOURCES = UUID("6f6e0a34-54c5-5d4e-9c7e-0d0f3a1c8b52")
LONGEST_ITEM = 200
SAMPLES = 3
DELIMITERS = ",;\t"
# In JSON as Python writes it: NUL and half characters, which the database cannot hold.
UNKEPT = re.compile(r"(?<!\\)(\\\\)*\\u0000|[\ud800-\udfff]")


class FileError(Exception):
    """The file cannot be imported; the text tells a person why."""


@dataclass(frozen=True)
class Row:
    """`line` of the file, of its beginning; in JSON the number of the object."""

    line: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Note:
    line: int
    source: UUID
    text: str
    item: str


def refuse_size(size: int) -> None:
    """Of a file, in bytes: before it is read. Raises FileError."""
    if size > settings.STEWARD_IMPORT_MAX_MB * 1024 * 1024:
        raise FileError(
            f"The file has {size / 1024**2:,.0f} MB; the limit is"
            f" {settings.STEWARD_IMPORT_MAX_MB:,} MB: split it."
        )


def rows_of(file_name: str, data: bytes, encoding: str = "utf-8") -> list[Row]:
    """Raises FileError."""
    text = text_of(data, encoding)
    if not text.strip():
        raise FileError("The file is empty.")
    is_json = file_name.lower().endswith(".json") or text.lstrip()[:1] in "[{"
    rows = list(json_rows(text) if is_json else csv_rows(text))
    if not rows:
        raise FileError("The file has no row.")
    return rows


def text_of(data: bytes, encoding: str) -> str:
    if data.startswith(b"PK\x03\x04"):
        raise FileError("This is a spreadsheet or an archive: save it as CSV first.")
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(
            f"Line {line:,} is not {encoding}: byte {error.start + 1:,} does not fit."
        ) from None
    except LookupError:
        raise FileError(f"There is no encoding “{encoding}”.") from None
    if "\0" in text:
        raise FileError("The file has NUL characters: it is no text.")
    return text


def json_of(text: str) -> Any:
    """Names and texts are such as the database can hold. Raises FileError."""
    try:
        found = json.loads(text)
        # Only an escape brings what no text of the file can have.
        if "\\u" in text:
            refuse_unkept(found if isinstance(found, list) else [found])
    except json.JSONDecodeError as error:
        raise FileError(f"Line {error.lineno:,} is no JSON: {error.msg}.") from None
    except RecursionError:
        raise FileError("The JSON is nested too deeply.") from None
    except ValueError:
        raise FileError("The JSON has a number that is too long.") from None
    return found


def refuse_unkept(elements: list[Any]) -> None:
    for number, each in enumerate(elements, 1):
        if UNKEPT.search(json.dumps(each, ensure_ascii=False)):
            raise FileError(f"Object {number:,} has a NUL or half a character in a text.")


def csv_rows(text: str) -> Iterator[Row]:
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip() for name in next(filter(any, reader), [])]
        if repeated := [name for name, count in Counter(names).items() if count > 1]:
            raise FileError(f"The column “{repeated[0]}” is there twice.")
        line = reader.line_num + 1
        for values in reader:
            if any(values):
                yield Row(line, dict(zip(names, values, strict=False)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise FileError(f"Line {reader.line_num:,} is no CSV: {error}.") from None


def json_rows(text: str) -> Iterator[Row]:
    found = json_of(text)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise FileError("The JSON has to be a list of objects: one a tasting.")
    for number, values in enumerate(found, 1):
        yield Row(number, values)


def columns_of(rows: Sequence[Row]) -> list[tuple[str, list[str]]]:
    """(name, first values) of each column, in their order."""
    names = dict.fromkeys(name for row in rows[:1000] for name in row.values)
    return [
        (name, [str(row.values[name])[:80] for row in rows[:SAMPLES] if row.values.get(name)])
        for name in names
    ]


def notes_of(
    rows: Sequence[Row], *, text_column: str, item_column: str, separator: str, owner: str
) -> Iterator[Note]:
    """Each word or phrase of the column; empty parts are none. Raises FileError."""
    known = [name for name, _ in columns_of(rows)]
    for wanted in (text_column, item_column):
        if wanted and wanted not in known:
            raise FileError(f"There is no column “{wanted}”. There are: {', '.join(known)}.")
    times: Counter[str] = Counter()
    for row in rows:
        whole = json.dumps(row.values, sort_keys=True, ensure_ascii=False)
        times[whole] += 1
        source = uuid5(SOURCES, f"{owner}\n{times[whole]}\n{whole}")
        item = str(row.values.get(item_column) or "").strip() if item_column else ""
        for text in parts_of(row.values.get(text_column), separator):
            yield Note(row.line, source, text, item[:LONGEST_ITEM])


def parts_of(value: Any, separator: str) -> list[str]:
    if isinstance(value, list):
        given = [str(each) for each in value]
    else:
        text = "" if value is None else str(value)
        given = text.split(separator) if separator else [text]
    return [part.strip() for part in given if part.strip()]
