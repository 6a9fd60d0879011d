"""Our own shape of a question: an object of JSON, and what a row of a table becomes."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from quizbank.formats import json_text
from quizbank.formats.base import (
    Declared,
    FormatError,
    LineError,
    Parsed,
    ParsedQuestion,
    clean_tags,
    clean_text,
)
from quizbank.limits import CODE_LENGTH, NAME_LENGTH

KINDS = ("single", "multiple", "true_false", "short_answer", "numeric")
DIFFICULTIES = ("easy", "medium", "hard")
# Said in exports and checked, but never taken: publishing is a step of its own.
STATUSES = ("draft", "in_review", "active", "retired")
PLAIN = (
    "id",
    "external_id",
    "exam",
    "subject",
    "kind",
    "difficulty",
    "stem",
    "explanation",
    "is_premium",
    "is_user_generated",
)
LISTS = ("exams", "categories", "tags")
NAMES = frozenset((*PLAIN, *LISTS, "media", "choices", "status"))
OF_CHOICE = frozenset(("text", "is_correct", "feedback", "fraction", "tolerance"))
# Decimal places, and the largest size, of what stands beside a choice.
FRACTION, TOLERANCE = (5, Decimal(1)), (10, Decimal(10) ** 10 - 1)
DECLARES = {"exams": "exam", "subjects": "subject", "categories": "category"}
TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
CATEGORY_KINDS = ("system", "topic", "subtopic", "section", "group")


def parse_json(text: str, data: Any) -> Parsed:
    """An object with `questions` and any of exams, subjects, categories; or a list of questions."""
    rows = data.get("questions") if isinstance(data, dict) else data
    if not isinstance(rows, list):
        raise FormatError("There is no list of questions: name it “questions”.")
    lines = json_text.element_lines(text)
    parsed = Parsed("json")
    for name, kind in DECLARES.items() if isinstance(data, dict) else ():
        declared = data.get(name) or []
        if not isinstance(declared, list):
            raise FormatError(f"“{name}” is no list.")
        for row, line in zip(declared, lines.get(name, []), strict=True):
            read_into(parsed.declared, parsed.errors, read_declared, row, line, kind)
    own = lines.get("questions" if isinstance(data, dict) else None, [])
    for row, line in zip(rows, own, strict=True):
        read_into(parsed.questions, parsed.errors, read_question, row, line)
    return parsed


def read_into(
    found: list[Any], errors: list[LineError], read: Any, row: Any, line: int, *more: Any
) -> None:
    try:
        if not isinstance(row, dict):
            raise ValueError("This is no object with names and values.")
        found.append(read(row, line, *more))
    except ValueError as error:
        errors.append(LineError(line, str(error)))


def read_declared(row: dict[str, Any], line: int, kind: str) -> Declared:
    values: dict[str, Any] = {"code": code_of(row, "code")}
    if values["code"] is None:
        raise ValueError(f"This {kind} has no code.")
    name = "title" if kind == "exam" else "name"
    values[name] = clean_text(row.get(name) or values["code"], name, limit=NAME_LENGTH)
    if kind == "exam":
        values["description"] = clean_text(row.get("description") or "", "description")
    if kind == "category":
        values |= {"exam": code_of(row, "exam"), "parent": code_of(row, "parent")}
        values["kind"] = one_of(row.get("kind") or "topic", "kind", CATEGORY_KINDS)
        position = row.get("position") or 0
        if not isinstance(position, int) or not 0 <= position < 2**31:
            raise ValueError("position is no number from 0 on.")
        values["position"] = position
    return Declared(line, kind, values)


def read_question(row: dict[str, Any], line: int) -> ParsedQuestion:
    """Raises ValueError with the reason when the object is no question."""
    refuse_unknown(row, NAMES)
    if row.get("status"):
        one_of(row["status"], "status", STATUSES)
    stem = clean_text(row.get("stem") or "", "stem")
    if not stem:
        raise ValueError("The question has no stem.")
    content: dict[str, Any] = {"stem": stem, "choices": read_choices(row.get("choices"))}
    if row.get("kind"):
        content["kind"] = one_of(row["kind"], "kind", KINDS)
    if "explanation" in row:
        content["explanation"] = clean_text(row["explanation"] or "", "explanation")
    if row.get("difficulty"):
        content["difficulty"] = one_of(row["difficulty"], "difficulty", DIFFICULTIES)
    if "media" in row:
        content["media"] = read_media(row["media"] or [])
    if "tags" in row:
        content["tags"] = clean_tags(list_of(row, "tags"))
    if "subject" in row:
        content["subject"] = code_of(row, "subject")
    for name in ("is_premium", "is_user_generated"):
        if name in row:
            content[name] = read_bool(row[name], name)
    for name in ("exams", "categories"):
        if name in row:
            content[name] = codes_of(row, name)
    exams = content.get("exams") or [None]
    exam = code_of(row, "exam") if "exam" in row else exams[0]
    if exam and "exams" not in content:
        content["exams"] = [exam]
    return ParsedQuestion(
        line=line,
        content=content,
        key=read_key(row.get("id")),
        external_id=code_of(row, "external_id"),
        exam=exam,
    )


def refuse_unknown(row: dict[str, Any], names: frozenset[str]) -> None:
    if unknown := row.keys() - names:
        raise ValueError(f"“{min(unknown)[:60]}” is not known here: rename or remove it.")


def read_choices(rows: Any) -> list[dict[str, Any]]:
    if not isinstance(rows, list) or not rows:
        raise ValueError("The question has no choices.")
    choices = []
    for number, row in enumerate(rows, 1):
        name = f"Choice {number}"
        if not isinstance(row, dict):
            raise ValueError(f"{name} is no object with text and is_correct.")
        refuse_unknown(row, OF_CHOICE)
        text = clean_text(row.get("text") or "", name)
        if not text:
            raise ValueError(f"{name} is empty.")
        choice: dict[str, Any] = {
            "text": text,
            "is_correct": read_bool(row.get("is_correct", False), name),
        }
        if "feedback" in row:
            choice["feedback"] = clean_text(row["feedback"] or "", f"{name}: feedback")
        if "fraction" in row:
            choice["fraction"] = read_decimal(row["fraction"], f"{name}: fraction", *FRACTION)
        if "tolerance" in row:
            choice["tolerance"] = read_decimal(row["tolerance"], f"{name}: tolerance", *TOLERANCE)
            if choice["tolerance"] is not None and choice["tolerance"] < 0:
                raise ValueError(f"{name}: tolerance is less than 0.")
        choices.append(choice)
    return choices


def read_decimal(value: Any, name: str, places: int, largest: Decimal) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError(f"{name} is no number: “{value}”.") from None
    if isinstance(value, bool) or not number.is_finite() or abs(number) > largest:
        raise ValueError(f"{name} is out of range: “{value}”.")
    return round(number, places)


def read_bool(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value if value is not None else "").strip().lower()
    if text and text not in TRUTHS:
        raise ValueError(f"{name} is neither true nor false: “{value}”.")
    return TRUTHS.get(text, False)


def read_key(value: Any) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        raise ValueError(f"id is none of ours: “{value}”. Leave it empty.") from None


def read_media(value: Any) -> list[dict[str, str]]:
    """Figures: a name each, and what it shows."""
    if not isinstance(value, list):
        raise ValueError("media is no list of figures.")
    figures = []
    for row in value:
        if not isinstance(row, dict) or set(row) - {"name", "alt"} or not row.get("name"):
            raise ValueError("A figure of media has a name, may have an alt, and nothing else.")
        figures.append({key: clean_text(text, f"media: {key}") for key, text in row.items()})
    return figures


def one_of(value: Any, name: str, known: tuple[str, ...]) -> str:
    text = str(value).strip().lower()
    if text not in known:
        raise ValueError(f"{name} “{value}” is not known: {', '.join(known)} are.")
    return text


def list_of(row: dict[str, Any], name: str) -> list[Any]:
    value = row[name] or []
    if not isinstance(value, list):
        raise ValueError(f"{name} is no list.")
    return value


def codes_of(row: dict[str, Any], name: str) -> list[str]:
    codes = [code_of({name: value}, name) for value in list_of(row, name)]
    twice = [code for code, count in Counter(codes).items() if count > 1]
    if twice:
        raise ValueError(f"{name} names “{twice[0]}” twice.")
    return [code for code in codes if code]


def code_of(row: dict[str, Any], name: str) -> str | None:
    """A number is taken as its digits: spreadsheets make them out of codes."""
    value = row.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return clean_text(value, name, limit=CODE_LENGTH) or None if value is not None else None
