"""What an import would do. Reads only; the preview, the dry run and the import itself share it."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings

from quizbank.formats import FormatError, LineError, Parsed, ParsedQuestion, parse
from quizbank.importing.content import Content, as_keys, changed_names, differences, in_file
from quizbank.importing.places import Places
from quizbank.importing.staging import Held, missing, stage

# Steps that are done, of how many, and what comes now; may raise, to stop.
type Tell = Callable[[int, int, str], None]
STEPS = 4


def silent(done: int, total: int, note: str) -> None:
    """For those who wait for the end."""


@contextmanager
def without_collection() -> Iterator[None]:
    """A big file is millions of objects, none of which is in a cycle: looking for cycles among them
    would take a quarter of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@dataclass
class New:
    parsed: ParsedQuestion
    wanted: Content


@dataclass
class Change:
    held: Held
    parsed: ParsedQuestion
    wanted: Content
    names: list[str]

    def differences(self) -> list[dict[str, str]]:
        return differences(self.wanted, self.held.content, self.names)

    def keys_of(self, content: Content) -> Content:
        """Of what changes, in the bank's content or in the file's."""
        return {name: as_keys(content[name]) for name in self.names}


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
        rows += [(row.parsed.line, f"{row.held.pk} {row.held.version}") for row in self.changed]
        made = [self.counts(), self.places.labels(), rows]
        return hashlib.sha256(repr(made).encode()).hexdigest()


@without_collection()
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
    if not (parsed.questions or parsed.errors or parsed.declared):
        raise FormatError("There is no question in this file.")
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
    staged = stage(parsed.questions, places, exam, lock=lock)
    for question, (reason, held) in zip(parsed.questions, staged, strict=True):
        try:
            add(plan, question, reason, held, exam)
        except ValueError as error:
            plan.errors.append(LineError(question.line, str(error)))
    plan.missing = missing()
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
    plan: Plan, parsed: ParsedQuestion, reason: str | None, held: Held | None, override: str | None
) -> None:
    """Sort one question into the plan. Raises ValueError with the reason to refuse it."""
    if reason:
        raise ValueError(reason)
    wanted = in_file(parsed, plan.places, override, held.content if held else None)
    if held is None:
        plan.new.append(New(parsed, wanted))
    elif names := changed_names(wanted, held.content):
        plan.changed.append(Change(held, parsed, wanted, names))
    else:
        plan.unchanged += 1
