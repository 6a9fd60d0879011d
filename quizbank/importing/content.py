"""What a question says, in one shape for the file and for the bank, so that they compare.

Keys: external_id, numbered_by (Exam or None), kind, stem, explanation, media, difficulty, subject
(Subject or None), tags, is_premium, is_user_generated, choices (dicts), exams ([Exam]) and
categories ([Category], the primary one first). The bank's has all, the file's what it carries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Model

from quizbank.formats.base import ParsedQuestion, clean_tags, clean_text, plain
from quizbank.importing.places import Places, home_of
from quizbank.models import Exam, Question

type Content = dict[str, Any]

LABELS = {
    "external_id": "External id",
    "numbered_by": "Numbered by",
    "kind": "Kind",
    "stem": "Stem",
    "explanation": "Explanation",
    "media": "Figures",
    "difficulty": "Difficulty",
    "subject": "Subject",
    "tags": "Tags",
    "is_premium": "Premium",
    "is_user_generated": "User generated",
    "exams": "Exams",
    "categories": "Categories",
}
COLUMNS = tuple(name for name in LABELS if name not in ("exams", "categories"))
OF_CHOICE = ("text", "is_correct", "fraction", "tolerance", "feedback")
REFERENCE = re.compile(r"^Reference: .*$", re.MULTILINE)


def in_bank(question: Question) -> Content:
    """Needs choices, exams and placements (with their category) prefetched."""
    placed = sorted(
        question.questioncategory_set.all(), key=lambda row: (not row.is_primary, row.pk)
    )
    return {name: getattr(question, name) for name in COLUMNS} | {
        "choices": [
            {name: getattr(choice, name) for name in OF_CHOICE} for choice in question.choices.all()
        ],
        "exams": list(question.exams.all()),
        "categories": [row.category for row in placed],
    }


def in_file(
    parsed: ParsedQuestion, places: Places, override: str | None, bank: Content | None
) -> Content:
    """What the file wants; `bank` is None for a new question. Raises ValueError."""
    content = dict(parsed.content)
    exam = override or parsed.exam
    if "kind" not in content:
        content["kind"] = likely_kind(content["choices"], bank)
    if content.get("subject"):
        content["subject"] = places.subject(content["subject"])
    exams = exams_in_file(parsed, places, override, bank)
    if exams is not None:
        content["exams"] = exams
    if "categories" in content:
        home = home_of(parsed, override)
        content["categories"] = without_doubles(
            places.category(code, home) for code in content["categories"]
        )
    if parsed.reference is not None:
        referring = refer(bank["explanation"] if bank else "", parsed.reference)
        content["explanation"] = clean_text(referring, "The explanation with its reference")
    if bank is None or parsed.key:
        content["external_id"] = parsed.external_id
        content["numbered_by"] = places.exam(exam) if exam and parsed.external_id else None
    if bank is None and parsed.path:
        owner = places.exam(exam) if exam else None
        content["categories"] = [places.make_path(parsed.path, owner)]
    return content


def likely_kind(choices: list[Content], bank: Content | None) -> str:
    """Of a question whose file does not say: what it is, or how many choices are correct."""
    if bank and bank["kind"] not in ("single", "multiple"):
        return str(bank["kind"])
    return "multiple" if sum(choice["is_correct"] for choice in choices) > 1 else "single"


def exams_in_file(
    parsed: ParsedQuestion, places: Places, override: str | None, bank: Content | None
) -> list[Exam] | None:
    """None: the file does not say. A file without exams adds the one that was named to it."""
    if "exams" in parsed.content:
        codes = [override] if override else parsed.content["exams"]
        return without_doubles(places.exam(code) for code in codes)
    code = override or (parsed.exam if bank is None else None)
    if code is None:
        return None
    exam, current = places.exam(code), bank["exams"] if bank else []
    return current if exam in current else [*current, exam]


def without_doubles[Row: Model](rows: Iterable[Row]) -> list[Row]:
    """Two codes may name one row; rows that are not saved yet cannot be hashed."""
    return list({id(row): row for row in rows}.values())


def refer(explanation: str, reference: str) -> str:
    """The file owns the line `Reference: …`; an explanation without it is all the editors'."""
    line = f"Reference: {reference}" if reference else ""
    if REFERENCE.search(explanation):
        return plain(REFERENCE.sub(lambda _: line, explanation, count=1))
    return explanation or line


def comparable(name: str, value: Any) -> Any:
    if name in ("stem", "explanation"):
        return plain(value)
    if name == "tags":
        return sorted(clean_tags(value))
    if name == "exams":
        return sorted(id(row) if row.pk is None else row.pk for row in value)
    if name == "categories":
        keys = [id(row) if row.pk is None else row.pk for row in value]
        return [*keys[:1], *sorted(keys[1:])]
    return value


def choices_differ(wanted: list[Content], current: list[Content]) -> bool:
    """Only in what the file carries of each choice."""
    return len(wanted) != len(current) or any(
        (plain(now[name]) if isinstance(value, str) else now[name]) != value
        for new, now in zip(wanted, current, strict=True)
        for name, value in new.items()
    )


def changed_names(wanted: Content, bank: Content) -> list[str]:
    return [
        name
        for name, value in wanted.items()
        if (
            choices_differ(value, bank[name])
            if name == "choices"
            else comparable(name, value) != comparable(name, bank[name])
        )
    ]


# --- for people ----------------------------------------------------------------------------------
def differences(wanted: Content, bank: Content, names: list[str]) -> list[dict[str, str]]:
    """`[{"field", "before", "after"}]`, a row a changed choice."""
    rows = [
        {"field": LABELS[name], "before": shown(bank[name]), "after": shown(wanted[name])}
        for name in LABELS
        if name in names
    ]
    if "choices" in names:
        before, after = bank["choices"], wanted["choices"]
        for number in range(max(len(before), len(after))):
            old = before[number] if number < len(before) else None
            new = after[number] if number < len(after) else None
            texts = [choice_shown(old), choice_shown((old or {}) | new if new else None)]
            if texts[0] != texts[1]:
                rows.append(
                    {"field": f"Choice {number + 1}", "before": texts[0], "after": texts[1]}
                )
    return rows


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(getattr(item, "code", None) or str(item) for item in value)
    return str(value if value is not None else "")


def choice_shown(choice: Content | None) -> str:
    if choice is None:
        return ""
    mark = "✓ " if choice["is_correct"] else ""
    beside = {
        "± ": number_text(choice.get("tolerance")),
        "credit ": number_text(choice.get("fraction")),
        "": choice.get("feedback") or None,
    }
    more = "; ".join(f"{sign}{text}" for sign, text in beside.items() if text is not None)
    return f"{mark}{choice['text']}{f' ({more})' if more else ''}"


def number_text(value: Decimal | None) -> str | None:
    """0.5, not 0.5000000000."""
    return None if value is None else format(value.normalize(), "f")


# --- for writing, and for undo -------------------------------------------------------------------
def as_keys(value: Any) -> Any:
    """With keys instead of rows, and numbers as texts: fit for JSON, and what is written."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, list):
        return [as_keys(item) for item in value]
    if isinstance(value, dict):
        return {name: as_keys(item) for name, item in value.items()}
    if isinstance(value, Model):
        return value.pk
    return number_text(value) if isinstance(value, Decimal) else value
