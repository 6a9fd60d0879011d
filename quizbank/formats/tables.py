"""CSV and XLSX as one thing: a header, and rows of texts with their line."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import Any
from zipfile import BadZipFile, ZipFile

from django.conf import settings

from quizbank.formats.base import FormatError, LineError

DELIMITERS = ",;\t"
# What a spreadsheet's XML may swell to: a multiple of the largest file, and of the file itself if
# it is no small one. More is a zip bomb; texts of questions swell tenfold.
SWELLS, SWELLS_ITSELF, SMALL = 2, 50, 8 * 1024**2
MAX_COLUMNS = 500
MAX_BLANK_ROWS = 1_000


@dataclass(frozen=True)
class Table:
    header: list[str]
    rows: list[tuple[int, dict[str, str]]]
    errors: list[LineError]


def from_cells(lines: list[tuple[int, list[str]]]) -> Table:
    """The first line is the header; blank lines are skipped. Raises FormatError."""
    filled = [(line, cells) for line, cells in lines if any(map(str.strip, cells))]
    if not filled:
        raise FormatError("The file is empty.")
    header = [cell.strip().lower() for cell in filled[0][1]]
    while header and not header[-1]:
        header.pop()
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        raise FormatError(f"These columns stand twice: {', '.join(sorted(twice))}.")
    rows, errors = [], []
    for line, cells in filled[1:]:
        if len(cells) == len(header):
            rows.append((line, dict(zip(header, cells, strict=True))))
        elif any(map(str.strip, cells[len(header) :])):
            errors.append(
                LineError(line, f"There are {len(cells):,} cells under {len(header):,} columns.")
            )
        else:
            padded = cells + [""] * (len(header) - len(cells))
            rows.append((line, dict(zip(header, padded, strict=False))))
    return Table(header, rows, errors)


def read_csv(text: str) -> Table:
    """Raises FormatError; commas, semicolons or tabs between the cells."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for cells in reader:
            lines.append((before + 1, cells))
            before = reader.line_num
    except csv.Error as error:
        raise FormatError(f"Line {before + 1:,}: {error}. Is the file complete?") from None
    if len(lines) > 1 and not text.endswith(("\n", "\r")) and len(lines[-1][1]) < len(lines[0][1]):
        raise FormatError(f"The file breaks off in line {lines[-1][0]:,}.")
    return from_cells(lines)


def read_xlsx(data: bytes) -> Table:
    """The first sheet. Raises FormatError."""
    if not data:
        raise FormatError("The file is empty.")
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            size = sum(entry.file_size for entry in archive.infolist())
    except (BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise FormatError(f"This is no spreadsheet, or only a part of one: {error}.") from None
    if "xl/workbook.xml" not in names:
        raise FormatError("This is an archive, but no .xlsx spreadsheet.")
    limit = SWELLS * settings.STEWARD_IMPORT_MAX_MB * 1024**2
    if size > limit or size > max(SMALL, SWELLS_ITSELF * len(data)):
        raise FormatError(
            f"Unpacked, this spreadsheet has {size / 1024**2:,.0f} MB: split it, or save it as CSV."
        )
    try:
        return from_cells(cells_of(data))
    except FormatError:
        raise
    except Exception as error:  # openpyxl lets through whatever it stumbles over
        raise FormatError(
            f"This spreadsheet cannot be read: {type(error).__name__}. Save it again, or as CSV."
        ) from error


def cells_of(data: bytes) -> list[tuple[int, list[str]]]:
    # Slow to load, and no process needs it at its start.
    from openpyxl import load_workbook

    workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    sheet = workbook.worksheets[0]
    # The size that a file states for itself may be anything.
    sheet.reset_dimensions()
    lines: list[tuple[int, list[str]]] = []
    last = 0
    for line, values in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), 1):
        cells = [text_of(value) for value in values]
        if any(cells):
            lines.append((line, cells))
            last = line
        elif line - last > MAX_BLANK_ROWS:
            raise FormatError(f"After line {last:,} come only blank lines: delete them.")
        if len(lines) > settings.STEWARD_IMPORT_MAX_QUESTIONS + 1:
            break  # a header and more than may be imported: refused by their number
    return lines


def text_of(value: Any) -> str:
    """A cell as one reads it: 62.0 is 62, TRUE is True, a date is 2024-05-31."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)
