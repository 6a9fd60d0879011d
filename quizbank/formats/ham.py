"""Amateur radio pools as JSON or CSV: T1A01 is exam T, section T1, group T1A."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from quizbank.formats import json_text
from quizbank.formats.base import (
    FormatError,
    LineError,
    Parsed,
    ParsedCategory,
    ParsedQuestion,
    clean_text,
)
from quizbank.formats.tables import Table

COLUMNS = {"id", "correct", "question", "a", "b"}
CODE = re.compile(r"([A-Z])(\d)([A-Z])\d{2}")


def parse_json(text: str, data: Any) -> Parsed:
    if not isinstance(data, list):
        raise FormatError("A ham pool is a JSON list of questions.")
    return gather(zip(json_text.element_lines(text)[None], data, strict=True))


def parse_table(table: Table) -> Parsed:
    missing = COLUMNS - set(table.header)
    if missing:
        raise FormatError(f"These columns are missing: {', '.join(sorted(missing))}.")
    rows = [
        (line, row | {"answers": [row[letter] for letter in "abcd" if row.get(letter)]})
        for line, row in table.rows
    ]
    return gather(rows, table.errors)


def gather(rows: Iterable[tuple[int, Any]], errors: list[LineError] | None = None) -> Parsed:
    parsed = Parsed("ham", errors=list(errors or ()), makes_exams=True)
    for line, row in rows:
        try:
            parsed.questions.append(read(row, line))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            parsed.errors.append(LineError(line, reason_of(error)))
    return parsed


def reason_of(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error} is missing."
    return str(error) if isinstance(error, ValueError) else "This is no question of a pool."


def read(row: dict[str, Any], line: int) -> ParsedQuestion:
    """Raises ValueError with the reason when the row is no question."""
    code = str(row["id"]).strip()
    match = CODE.fullmatch(code)
    if not match:
        raise ValueError(f"“{code[:20]}” is no pool number like T1A01.")
    stem = clean_text(row["question"], f"{code}: the question")
    if not stem:
        raise ValueError(f"{code} has no question text.")
    figure = clean_text(row.get("figure") or "", f"{code}: figure")
    exam, section, group = match.groups()
    return ParsedQuestion(
        line=line,
        content={
            "stem": stem,
            "kind": "single",
            "choices": read_answers(row, code),
            "media": [{"name": figure}] if figure else [],
        },
        external_id=code,
        exam=exam,
        reference=clean_text(row.get("refs") or "", f"{code}: refs").strip("[] "),
        path=(
            ParsedCategory(exam + section, f"Section {exam}{section}", "section"),
            ParsedCategory(exam + section + group, f"Group {exam}{section}{group}", "group"),
        ),
    )


def read_answers(row: dict[str, Any], code: str) -> list[dict[str, Any]]:
    answers = [clean_text(text, f"{code}: an answer") for text in row["answers"]]
    correct = int(row["correct"])
    letter = row.get("correct_letter")
    if letter and letter != "ABCDEFGH"[correct : correct + 1]:
        raise ValueError(f"{code}: the correct answer is {correct}, but its letter is {letter}.")
    if not 0 <= correct < len(answers) or len(answers) < 2:
        raise ValueError(f"{code}: the correct answer {correct} is not among {len(answers)}.")
    if not all(answers):
        raise ValueError(f"{code}: an answer is empty.")
    return [{"text": text, "is_correct": number == correct} for number, text in enumerate(answers)]
