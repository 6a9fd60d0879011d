"""Questions as files: what the readers beside this read back."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from quizbank.formats import gift, moodle_xml, qti_writing
from quizbank.formats.base import FormatError
from quizbank.formats.rows import as_table

# {"exams", "subjects", "categories", "questions"}: lists of objects, as formats.own reads them.
type Document = dict[str, list[dict[str, Any]]]

WRITTEN = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gift": "text/plain; charset=utf-8",
    "moodle-xml": "application/xml",
    "qti": "application/zip",
}
# Format → how the file's name ends, where that is another word.
ENDS = {"moodle-xml": "xml", "qti": "zip"}
# Other systems' formats.
OTHERS = {"gift": gift.write, "moodle-xml": moodle_xml.write, "qti": qti_writing.write}
# Excel's own limit; what is longer would be cut off without a word.
CELL_LENGTH = 32_767


def write(document: Document, name: str) -> bytes:
    """Raises FormatError where the format cannot hold a text."""
    if name == "json":
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    if name in OTHERS:
        return OTHERS[name](document["questions"])
    table = as_table(document["questions"])
    return write_xlsx(table) if name == "xlsx" else write_csv(table)


def write_csv(table: list[list[str]]) -> bytes:
    """With the mark by which spreadsheets know UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(table: list[list[str]]) -> bytes:
    # Slow to load, and no process needs it at its start.
    from openpyxl import Workbook

    refuse_what_excel_cannot_hold(table)
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Questions")
    sheet.freeze_panes = "A2"
    for cells in table:
        sheet.append([cell or None for cell in cells])
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def refuse_what_excel_cannot_hold(table: list[list[str]]) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    for line, cells in enumerate(table, 1):
        for cell in cells:
            if len(cell) > CELL_LENGTH or ILLEGAL_CHARACTERS_RE.search(cell):
                raise FormatError(
                    f"Row {line:,} (id {cells[0]}) holds a text that no .xlsx can:"
                    " export as CSV or JSON."
                )
