"""Our own table: a question a row, its choices side by side."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from ops.spreadsheets import neutralise, restore
from quizbank.formats.base import FormatError, LineError, Parsed
from quizbank.formats.own import LISTS, PLAIN, read_question
from quizbank.formats.tables import Table

COLUMNS = (*PLAIN, *LISTS, "media", "correct", "tolerance", "status")
OF_CHOICE = ("choice", "feedback", "fraction", "tolerance")
NUMBERED = re.compile(rf"({'|'.join(OF_CHOICE)})_([1-9]\d?)")
NONE_CORRECT = "none"
ANSWERS = ("short_answer", "numeric")


def write_list(values: list[str]) -> str:
    """`a; b`, quoted where a value holds a semicolon."""
    line = io.StringIO(newline="")
    comma = any("," in value for value in values)
    csv.writer(
        line,
        delimiter=";",
        lineterminator="",
        quoting=csv.QUOTE_ALL if comma else csv.QUOTE_MINIMAL,
    ).writerow(values)
    return line.getvalue()


def read_list(cell: str) -> list[str]:
    """By semicolons; by commas where there is none. Raises ValueError."""
    delimiter = ";" if ";" in cell else ","
    if not any(sign in cell for sign in '"\r\n'):
        return [text for part in cell.split(delimiter) if (text := part.lstrip(" ")).strip()]
    reader = csv.reader(
        io.StringIO(cell, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    try:
        return [value for row in reader for value in row if value.strip()]
    except csv.Error as error:
        raise ValueError(f"“{cell[:60]}” is no list: {error}.") from None


def parse_rows(table: Table, name: str) -> Parsed:
    """Raises FormatError for columns that are missing or unknown."""
    unknown = [
        column
        for column in table.header
        if column and column not in COLUMNS and not NUMBERED.fullmatch(column)
    ]
    if unknown:
        raise FormatError(
            f"These columns are not known: {', '.join(unknown)}. Rename or remove them."
        )
    missing = {"stem", "correct", "choice_1"} - set(table.header)
    if missing:
        raise FormatError(f"These columns are missing: {', '.join(sorted(missing))}.")
    parsed = Parsed(name, errors=list(table.errors))
    columns = columns_of_choices(table.header)
    for line, cells in table.rows:
        try:
            row = {column: restore(cell) for column, cell in cells.items()}
            parsed.questions.append(read_question(as_object(row, columns), line))
        except ValueError as error:
            parsed.errors.append(LineError(line, str(error)))
    return parsed


def columns_of_choices(header: list[str]) -> dict[int, dict[str, str]]:
    """By the number of a choice: the columns of its text (`choice`) and of what stands beside."""
    found = [match for column in header if (match := NUMBERED.fullmatch(column))]
    numbers = sorted(int(match[2]) for match in found if match[1] == "choice")
    return {
        number: {match[1]: match[0] for match in found if int(match[2]) == number}
        for number in numbers
    }


def as_object(cells: dict[str, str], columns: dict[int, dict[str, str]]) -> dict[str, Any]:
    """The row in the shape of JSON. Raises ValueError."""
    row: dict[str, Any] = {name: cells[name] or None for name in PLAIN if name in cells}
    row |= {name: read_list(cells[name]) for name in LISTS if name in cells}
    if "media" in cells:
        row["media"] = read_media(cells["media"])
    numbers = [number for number, own in columns.items() if cells[own["choice"]].strip()]
    correct = correct_numbers(cells["correct"], numbers, (row.get("kind") or "").lower())
    if cells.get("status"):
        row["status"] = cells["status"]
    row["choices"] = [
        {"is_correct": number in correct, **of_choice(cells, columns[number])} for number in numbers
    ]
    return row


def of_choice(cells: dict[str, str], columns: dict[str, str]) -> dict[str, str]:
    found = {
        "text" if name == "choice" else name: cells[column] for name, column in columns.items()
    }
    if "tolerance" in cells and not found.get("tolerance"):
        found["tolerance"] = cells["tolerance"]
    return found


def correct_numbers(cell: str, numbers: list[int], kind: str) -> set[int]:
    """`2`, `1;3` or `none`; empty means every answer of a short answer or numeric question."""
    text = cell.strip().lower()
    if not text and kind in ANSWERS:
        return set(numbers)
    if not text or text == NONE_CORRECT:
        return set()
    parts = [part for part in re.split(r"[;,\s]+", text) if part]
    if not all(re.fullmatch(r"\d{1,3}", part) for part in parts):
        raise ValueError(f"correct is “{cell}”: write the choices' numbers, for example 1;3.")
    wanted = {int(part) for part in parts}
    if wanted - set(numbers):
        raise ValueError(f"There is no choice {min(wanted - set(numbers))}, which is correct.")
    return wanted


def read_media(cell: str) -> Any:
    try:
        return json.loads(cell) if cell.strip() else []
    except (ValueError, RecursionError):
        raise ValueError("media is no JSON, or nested too deeply.") from None


# --- the other way -------------------------------------------------------------------------------
def as_table(rows: list[dict[str, Any]]) -> list[list[str]]:
    """Objects as a header and a line of cells each; `status` comes last, and closes the line."""
    most = max((len(row["choices"]) for row in rows), default=0)
    used = {name for row in rows for choice in row["choices"] for name in choice}
    header = [*PLAIN, *LISTS, "media", "correct"]
    header += [
        f"{column}_{number}"
        for number in range(1, max(most, 1) + 1)
        for column, name in zip(OF_CHOICE, ("text", *OF_CHOICE[1:]), strict=True)
        if name in used | {"text"}
    ]
    header.append("status")
    lines = [as_cells(row) for row in rows]
    return [header, *([neutralise(cells.get(name, "")) for name in header] for cells in lines)]


def as_cells(row: dict[str, Any]) -> dict[str, str]:
    cells = {name: cell_of(row[name]) for name in (*PLAIN, "status")}
    cells |= {name: write_list(row[name]) for name in LISTS}
    cells["media"] = json.dumps(row["media"], ensure_ascii=False) if row["media"] else ""
    correct = []
    for number, choice in enumerate(row["choices"], 1):
        cells[f"choice_{number}"] = choice["text"]
        cells |= {f"{name}_{number}": choice.get(name, "") for name in OF_CHOICE[1:]}
        if choice["is_correct"]:
            correct.append(str(number))
    cells["correct"] = ";".join(correct) or NONE_CORRECT
    return cells


def cell_of(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
