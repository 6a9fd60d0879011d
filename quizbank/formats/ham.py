"""Amateur radio pools as JSON or CSV: T1A01 is exam T, section T1, group T1A."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from quizbank.formats.base import FormatError, LineError, Parsed, ParsedCategory, ParsedQuestion

CODE = re.compile(r"([A-Z])(\d)([A-Z])\d{2}")


def parse_json(text: str) -> Parsed:
    try:
        rows = json.loads(text)
    except json.JSONDecodeError as error:
        raise FormatError(f"Line {error.lineno:,}: {error.msg}. Is the file complete?") from None
    if not isinstance(rows, list):
        raise FormatError("A ham pool is a JSON list of questions.")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if '"id"' in line]
    return gather(rows, lines if len(lines) == len(rows) else list(range(1, len(rows) + 1)))


def parse_csv(text: str) -> Parsed:
    reader = csv.DictReader(io.StringIO(text))
    missing = {"id", "correct", "question", "a", "b"} - set(reader.fieldnames or ())
    if missing:
        raise FormatError(f"These columns are missing: {', '.join(sorted(missing))}.")
    rows, lines = [], []
    for row in reader:
        lines.append(reader.line_num)
        answers = [row[letter] for letter in "abcd" if row.get(letter)]
        rows.append(row | {"answers": answers})
    return gather(rows, lines)


def gather(rows: list[Any], lines: list[int]) -> Parsed:
    questions, errors = [], []
    for row, line in zip(rows, lines, strict=True):
        try:
            questions.append(read(row, line))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            errors.append(LineError(line, reason_of(error)))
    return questions, errors


def reason_of(error: Exception) -> str:
    return f"{error} is missing." if isinstance(error, KeyError) else str(error)


def read(row: dict[str, Any], line: int) -> ParsedQuestion:
    """Raises ValueError with the reason when the row is no question."""
    code, answers, stem = str(row["id"]).strip(), row["answers"], str(row["question"]).strip()
    match = CODE.fullmatch(code)
    if not match:
        raise ValueError(f"“{code}” is no pool number like T1A01.")
    if not stem:
        raise ValueError(f"{code} has no question text.")
    correct = int(row["correct"])
    if not 0 <= correct < len(answers) or len(answers) < 2:
        raise ValueError(f"{code}: the correct answer {correct} is not among {len(answers)}.")
    refs = str(row.get("refs") or "").strip("[] ")
    figure = str(row.get("figure") or "").strip()
    exam, section, group = match.groups()
    return ParsedQuestion(
        line=line,
        stem=stem,
        kind="single",
        choices=tuple(
            {"text": str(text).strip(), "is_correct": number == correct}
            for number, text in enumerate(answers)
        ),
        explanation=f"Reference: {refs}" if refs else "",
        external_id=code,
        exam=exam,
        path=(
            ParsedCategory(exam + section, f"Section {exam}{section}", "section"),
            ParsedCategory(exam + section + group, f"Group {exam}{section}{group}", "group"),
        ),
        media=[{"name": figure}] if figure else [],
    )
