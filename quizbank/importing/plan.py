"""What an import would do. Reads only; the preview, the dry run and the import itself share it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q

from quizbank.formats import FormatError, LineError, Parsed, ParsedQuestion, parse
from quizbank.importing.content import Content, changed_names, differences, in_bank, in_file
from quizbank.importing.places import Places
from quizbank.models import Question
from quizbank.models.question import Status

# Code of the exam in upper case, or "", and the external id.
type Numbered = tuple[str, str]
# Steps that are done, of how many, and what comes now; may raise, to stop.
type Tell = Callable[[int, int, str], None]
STEPS = 4


def silent(done: int, total: int, note: str) -> None:
    """For those who wait for the end."""


@dataclass
class New:
    parsed: ParsedQuestion
    wanted: Content


@dataclass
class Change:
    question: Question
    parsed: ParsedQuestion
    bank: Content
    wanted: Content
    names: list[str]

    def differences(self) -> list[dict[str, str]]:
        return differences(self.wanted, self.bank, self.names)


@dataclass
class Plan:
    """`missing` are labels of questions that the file no longer has; `notes`: see Parsed."""

    format: str
    places: Places
    new: list[New] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    errors: list[LineError] = field(default_factory=list)
    notes: list[LineError] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        return {
            "created": len(self.new),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
            "refused": len(self.errors),
            "missing": len(self.missing),
        }

    def digest(self) -> str:
        """Another one when the bank has changed under the same file."""
        rows = [(new.parsed.line, "") for new in self.new]
        rows += [
            (row.parsed.line, f"{row.question.pk} {row.question.version}") for row in self.changed
        ]
        made = [self.counts(), self.places.labels(), rows]
        return hashlib.sha256(repr(made).encode()).hexdigest()


def plan_file(
    *,
    file_name: str,
    data: bytes,
    format_name: str | None,
    exam: str | None,
    encoding: str,
    lock: bool = False,
    tell: Tell = silent,
) -> Plan:
    """`lock` keeps the file's questions from being edited. Raises FormatError."""
    refuse_size(len(data))
    tell(0, STEPS, "reading the file")
    parsed = parse(data, file_name=file_name, name=format_name, encoding=encoding)
    if len(parsed.questions) > settings.STEWARD_IMPORT_MAX_QUESTIONS:
        raise FormatError(
            f"The file has more than {settings.STEWARD_IMPORT_MAX_QUESTIONS:,} questions: split it."
        )
    tell(1, STEPS, f"comparing {len(parsed.questions):,} questions with the bank")
    return plan_import(parsed=parsed, exam=exam, lock=lock)


def refuse_size(size: int) -> None:
    """Of a file, in bytes: before it is read. Raises FormatError."""
    if size > settings.STEWARD_IMPORT_MAX_MB * 1024 * 1024:
        raise FormatError(
            f"The file has {size / 1024**2:,.0f} MB; the limit is"
            f" {settings.STEWARD_IMPORT_MAX_MB:,} MB: split it."
        )


def plan_import(*, parsed: Parsed, exam: str | None, lock: bool = False) -> Plan:
    """A question is known by its key, by exam and external id, else by its normalized stem."""
    places = Places()
    prepare_exams(parsed, places, exam)
    errors = [*parsed.errors, *places.declare(parsed, exam)]
    plan = Plan(parsed.format, places, errors=errors, notes=parsed.notes)
    known = Known(parsed.questions, places, exam, lock)
    seen: dict[Any, int] = {}
    for question, stem_hash in zip(parsed.questions, known.hashes, strict=True):
        try:
            add(plan, known, question, stem_hash, exam, seen)
        except ValueError as error:
            plan.errors.append(LineError(question.line, str(error)))
    plan.missing = known.missing(seen)
    plan.errors.sort(key=lambda error: error.line)
    return plan


def prepare_exams(parsed: Parsed, places: Places, override: str | None) -> None:
    if parsed.makes_exams:
        for code in {override or question.exam for question in parsed.questions}:
            if code:
                places.make_exam(code)
    elif override and override.upper() not in places.exams:
        raise FormatError(f"There is no exam {override}: make it first.")


def add(
    plan: Plan,
    known: Known,
    parsed: ParsedQuestion,
    stem_hash: UUID,
    override: str | None,
    seen: dict[Any, int],
) -> None:
    """Sort one question into the plan. Raises ValueError with the reason to refuse it."""
    number = known.number_of(parsed)
    question = known.find(parsed, number, stem_hash)
    marks = {question.pk if question else number or stem_hash, number} - {None}
    first = next((seen[mark] for mark in marks if mark in seen), None)
    if first is not None:
        raise ValueError(f"The same question stands in line {first:,}.")
    seen |= dict.fromkeys(marks, parsed.line)
    bank = in_bank(question) if question else None
    wanted = in_file(parsed, plan.places, override, bank)
    if question is None or bank is None:
        plan.new.append(New(parsed, wanted))
        return
    if number and known.by_number.get(number, question) != question:
        raise ValueError(f"{number[1]} is the number of another question already.")
    names = changed_names(wanted, bank)
    if names:
        plan.changed.append(Change(question, parsed, bank, wanted, names))
    else:
        plan.unchanged += 1


class Known:
    """The file's questions as they are in the bank: a few queries, whatever their number."""

    def __init__(
        self, questions: list[ParsedQuestion], places: Places, override: str | None, lock: bool
    ) -> None:
        self.places, self.override = places, override
        self.hashes = stem_hashes([question.content["stem"] for question in questions])
        self.exams = {number[0] for row in questions if (number := self.number_of(row))} - {""}
        found = rows_with_content(
            Q(pk__in={row.key for row in questions if row.key})
            | Q(external_id__in={row.external_id for row in questions if row.external_id})
            | Q(
                stem_hash__in={
                    stem_hash
                    for row, stem_hash in zip(questions, self.hashes, strict=True)
                    if not row.external_id
                }
            ),
            lock,
        )
        self.by_key = {row.pk: row for row in found}
        self.by_number: dict[Numbered, Question] = {
            (row.numbered_by.code.upper() if row.numbered_by else "", row.external_id): row
            for row in found
            if row.external_id
        }
        # Of several with one stem: the oldest, but one without a number before those with one.
        self.by_stem: dict[UUID, Question] = {}
        for row in sorted(found, key=lambda row: row.external_id is not None):
            self.by_stem.setdefault(row.stem_hash, row)

    def number_of(self, parsed: ParsedQuestion) -> Numbered | None:
        code = self.override or parsed.exam or ""
        return (code.upper(), parsed.external_id) if parsed.external_id else None

    def find(
        self, parsed: ParsedQuestion, number: Numbered | None, stem_hash: UUID
    ) -> Question | None:
        if parsed.key in self.by_key:
            return self.by_key[parsed.key]
        return self.by_number.get(number) if number else self.by_stem.get(stem_hash)

    def missing(self, seen: dict[Any, int]) -> list[str]:
        """External ids of these exams that the file lacks; what was retired is not missed."""
        exams = [self.places.exams[code].pk for code in self.exams if code in self.places.exams]
        numbers = (
            Question.objects.filter(numbered_by__in=exams, external_id__isnull=False)
            .exclude(status=Status.RETIRED)
            .values_list("pk", "external_id")
        )
        return sorted(number for pk, number in numbers if number and pk not in seen)


def rows_with_content(condition: Q, lock: bool = False) -> list[Question]:
    rows = Question.objects.filter(condition).order_by("pk").with_content()
    if lock:
        rows = rows.select_for_update(no_key=True, of=("self",))
    return list(rows)


def stem_hashes(stems: list[str]) -> list[UUID]:
    """The database's own hash of each normalized stem, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_catalog.md5(public.normalize_stem(s))::uuid"
            " FROM pg_catalog.unnest(%s::text[]) WITH ORDINALITY AS t (s, n) ORDER BY n",
            [stems],
        )
        return [row[0] for row in cursor.fetchall()]
