"""Imports: what a file would change, done in one transaction, and taken back as one batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from quizbank.actions import User, publish_question
from quizbank.formats import FormatError, LineError, ParsedQuestion, parse
from quizbank.models import (
    Category,
    Choice,
    Exam,
    ImportBatch,
    ImportItem,
    Question,
    QuestionCategory,
    QuestionExam,
)
from quizbank.models.importing import BatchStatus, ItemAction
from quizbank.models.question import Status

type Content = dict[str, Any]


@dataclass
class Plan:
    """What an import will do; `missing` are labels of questions that the file no longer has."""

    new: list[ParsedQuestion] = field(default_factory=list)
    changed: list[tuple[Question, ParsedQuestion]] = field(default_factory=list)
    unchanged: int = 0
    errors: list[LineError] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        return {
            "created": len(self.new),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
            "refused": len(self.errors),
            "missing": len(self.missing),
        }


def content_of(parsed: ParsedQuestion) -> Content:
    return {
        "kind": parsed.kind,
        "stem": parsed.stem,
        "explanation": parsed.explanation,
        "media": parsed.media,
        "choices": [(c["text"], c["is_correct"]) for c in parsed.choices],
    }


def content_in_bank(question: Question) -> Content:
    return {
        "kind": question.kind,
        "stem": question.stem,
        "explanation": question.explanation,
        "media": question.media,
        "choices": [(c.text, c.is_correct) for c in question.choices.all()],
    }


def stem_hashes(stems: list[str]) -> list[str]:
    """The database's own hash of each normalized stem, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(public.normalize_stem(s))"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS t (s, n) ORDER BY n",
            [stems],
        )
        return [row[0] for row in cursor.fetchall()]


def plan_import(*, parsed: list[ParsedQuestion], errors: list[LineError], exam: str | None) -> Plan:
    """Reads only. A question is known by exam and external id, else by its normalized stem."""
    plan = Plan(errors=list(errors))
    hashes = stem_hashes([question.stem for question in parsed])
    known = known_questions(parsed, hashes, exam)
    seen: dict[Any, int] = {}
    for question, stem_hash in zip(parsed, hashes, strict=True):
        key: Any = question.external_id or stem_hash
        if key in seen:
            plan.errors.append(
                LineError(question.line, f"The same question stands in line {seen[key]:,}.")
            )
            continue
        seen[key] = question.line
        existing = known.get(key)
        if existing is None:
            plan.new.append(question)
        elif content_in_bank(existing) == content_of(question):
            plan.unchanged += 1
        else:
            plan.changed.append((existing, question))
    plan.missing = sorted(
        str(key) for key, question in known.items() if key not in seen and question.external_id
    )
    plan.errors.sort(key=lambda error: error.line)
    return plan


def known_questions(
    parsed: list[ParsedQuestion], hashes: list[str], exam: str | None
) -> dict[Any, Question]:
    codes = {exam or question.exam for question in parsed if question.external_id}
    numbered = Question.objects.filter(numbered_by__code__in=codes, external_id__isnull=False)
    known: dict[Any, Question] = {
        question.external_id: question for question in numbered.prefetch_related("choices")
    }
    wanted = [
        stem_hash
        for question, stem_hash in zip(parsed, hashes, strict=True)
        if not question.external_id
    ]
    by_stem = Question.objects.filter(stem_hash__in=wanted).order_by("-created_at")
    known |= {question.stem_hash.hex: question for question in by_stem.prefetch_related("choices")}
    return known


def plan_file(
    *, file_name: str, data: bytes, format_name: str | None, exam: str | None, encoding: str
) -> Plan:
    """Reads only. Raises FormatError for a file that cannot be read or is too large."""
    if len(data) > settings.STEWARD_IMPORT_MAX_MB * 1024 * 1024:
        raise FormatError(
            f"The file has {len(data) / 1024**2:,.0f} MB; the limit is"
            f" {settings.STEWARD_IMPORT_MAX_MB} MB: split it."
        )
    parsed, errors = parse(data, file_name=file_name, name=format_name, encoding=encoding)
    if len(parsed) > settings.STEWARD_IMPORT_MAX_QUESTIONS:
        raise FormatError(
            f"The file has {len(parsed):,} questions; the limit is"
            f" {settings.STEWARD_IMPORT_MAX_QUESTIONS:,}: split it."
        )
    return plan_import(parsed=parsed, errors=errors, exam=exam)


def describe(batch: ImportBatch, plan: Plan) -> None:
    batch.counts = plan.counts()
    batch.errors = [{"line": error.line, "reason": error.reason} for error in plan.errors]
    batch.options = batch.options | {"missing": plan.missing}


@transaction.atomic
def import_file(
    *,
    file_name: str,
    data: bytes,
    format_name: str | None = None,
    exam: str | None = None,
    publish: bool = False,
    encoding: str = "utf-8",
    user: User = None,
    dry_run: bool = False,
) -> ImportBatch:
    """Import a file in one transaction. Raises FormatError; a dry run writes nothing at all."""
    plan = plan_file(
        file_name=file_name, data=data, format_name=format_name, exam=exam, encoding=encoding
    )
    batch = ImportBatch(
        file_name=file_name,
        format=format_name or "",
        options={"exam": exam, "publish": publish, "encoding": encoding},
        status=BatchStatus.APPLIED,
        created_by_id=user.pk if user else None,
        applied_at=timezone.now(),
    )
    describe(batch, plan)
    if not dry_run:
        batch.save()
        apply_plan(plan=plan, batch=batch, exam=exam, publish=publish, user=user)
    return batch


@transaction.atomic
def preview_import(
    *, file_name: str, data: bytes, exam: str | None, encoding: str, user: User
) -> ImportBatch:
    """Keep the file as a batch that waits for confirmation; the bank is not touched."""
    plan = plan_file(file_name=file_name, data=data, format_name=None, exam=exam, encoding=encoding)
    batch = ImportBatch(
        file_name=file_name,
        file=data,
        options={"exam": exam, "encoding": encoding},
        created_by_id=user.pk if user else None,
    )
    describe(batch, plan)
    batch.save()
    return batch


@transaction.atomic
def confirm_import(*, batch: ImportBatch, publish: bool, user: User) -> None:
    """Do what the preview said, against the bank as it is now."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk, status=BatchStatus.PREVIEW)
    exam, encoding = batch.options["exam"], batch.options["encoding"]
    plan = plan_file(
        file_name=batch.file_name,
        data=bytes(batch.file or b""),
        format_name=None,
        exam=exam,
        encoding=encoding,
    )
    describe(batch, plan)
    batch.status, batch.file, batch.applied_at = BatchStatus.APPLIED, None, timezone.now()
    batch.save()
    apply_plan(plan=plan, batch=batch, exam=exam, publish=publish, user=user)


def apply_plan(
    *, plan: Plan, batch: ImportBatch, exam: str | None, publish: bool, user: User
) -> None:
    created = create_questions(plan.new, exam, user)
    before = {question.pk: content_in_bank(question) for question, _ in plan.changed}
    for question, parsed in plan.changed:
        write_content(question, content_of(parsed))
    changed = [question for question, _ in plan.changed]
    if publish:
        for question in [*created, *changed]:
            publish_question(question=question, user=user, reason=f"Import of {batch.file_name}")
    versions = dict(
        Question.objects.filter(pk__in=[q.pk for q in [*created, *changed]]).values_list(
            "pk", "version"
        )
    )
    ImportItem.objects.bulk_create(
        ImportItem(
            batch=batch,
            question=question,
            label=str(question),
            action=ItemAction.CHANGED if question.pk in before else ItemAction.CREATED,
            before=before.get(question.pk),
            version_after=versions[question.pk],
        )
        for question in [*created, *changed]
    )


def create_questions(rows: list[ParsedQuestion], exam: str | None, user: User) -> list[Question]:
    """Set-based: a handful of statements, whatever the number of questions."""
    exams = {
        code: Exam.objects.get_or_create(code=code, defaults={"title": f"Exam {code}"})[0]
        for code in {exam or row.exam for row in rows if exam or row.exam}
        if code
    }
    questions = [
        Question(
            numbered_by=exams.get(exam or row.exam or "") if row.external_id else None,
            external_id=row.external_id,
            kind=row.kind,
            stem=row.stem,
            explanation=row.explanation,
            media=row.media,
            author_id=user.pk if user else None,
        )
        for row in rows
    ]
    Question.objects.bulk_create(questions)
    pairs = list(zip(questions, rows, strict=True))
    Choice.objects.bulk_create(
        Choice(question=question, position=position, **choice)
        for question, row in pairs
        for position, choice in enumerate(row.choices, start=1)
    )
    QuestionExam.objects.bulk_create(
        QuestionExam(question=question, exam=exams[code])
        for question, row in pairs
        if (code := exam or row.exam or "")
    )
    leaves = make_paths(rows, exams, exam)
    QuestionCategory.objects.bulk_create(
        QuestionCategory(question=question, category=leaves[row.path[-1].code], is_primary=True)
        for question, row in pairs
        if row.path
    )
    return questions


def make_paths(
    rows: list[ParsedQuestion], exams: dict[str, Exam], exam: str | None
) -> dict[str, Category]:
    """Category by code, made where it is not there yet."""
    made: dict[str, Category] = {}
    for row in rows:
        parent: Category | None = None
        for node in row.path:
            if node.code not in made:
                made[node.code], _ = Category.objects.get_or_create(
                    exam=exams.get(exam or row.exam or ""),
                    code=node.code,
                    defaults={"name": node.name, "kind": node.kind, "parent": parent},
                )
            parent = made[node.code]
    return made


def write_content(question: Question, content: Content) -> None:
    """Replace the working copy; choices keep their rows, and with them their keys, by position."""
    Question.objects.filter(pk=question.pk).update(
        **{name: content[name] for name in ("kind", "stem", "explanation", "media")}
    )
    rows = list(question.choices.order_by("position"))
    wanted = content["choices"]
    for row, (text, is_correct) in zip(rows, wanted, strict=False):
        row.text, row.is_correct = text, is_correct
    Choice.objects.bulk_update(rows[: len(wanted)], ["text", "is_correct"])
    Choice.objects.filter(pk__in=[row.pk for row in rows[len(wanted) :]]).delete()
    last = rows[-1].position if rows else 0
    Choice.objects.bulk_create(
        Choice(question=question, position=last + number, text=text, is_correct=is_correct)
        for number, (text, is_correct) in enumerate(wanted[len(rows) :], start=1)
    )


@transaction.atomic
def undo_import(*, batch: ImportBatch) -> dict[str, int]:
    """Take a batch back; what was edited, published or answered since stays, and is said."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk, status=BatchStatus.APPLIED)
    items = list(batch.items.all())
    questions = Question.objects.select_for_update(no_key=True).in_bulk(
        [item.question_id for item in items if item.question_id]
    )
    for item in items:
        item.undo_result = undo_item(item, questions.get(item.question_id))  # type: ignore[arg-type]
    ImportItem.objects.bulk_update(items, ["undo_result"])
    batch.status, batch.undone_at = BatchStatus.UNDONE, timezone.now()
    batch.save(update_fields=["status", "undone_at"])
    kept = sum(item.undo_result.startswith("Kept") for item in items)
    return {"undone": len(items) - kept, "kept": kept}


def undo_item(item: ImportItem, question: Question | None) -> str:
    if question is None:
        return "Deleted since."
    if question.version != item.version_after:
        return "Kept: edited since."
    if item.before is not None:
        choices = [tuple(choice) for choice in item.before["choices"]]
        write_content(question, item.before | {"choices": choices})
        return "Restored."
    if question.answered:
        Question.objects.filter(pk=question.pk).update(status=Status.RETIRED)
        return "Kept: answered since, now retired."
    question.delete()
    return "Deleted."
