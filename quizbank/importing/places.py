"""Codes of a file as exams, subjects and categories: those of the bank, and those it will make."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug

from quizbank.formats import Declared, LineError, Parsed, ParsedCategory, ParsedQuestion
from quizbank.limits import NAME_LENGTH
from quizbank.models import Category, Exam, Subject


class Places:
    """Reads the bank's codes once. `made` are unsaved rows, parents before their children."""

    def __init__(self) -> None:
        self.exams = {exam.code.upper(): exam for exam in Exam.objects.all()}
        self.subjects = {subject.code: subject for subject in Subject.objects.all()}
        self.categories = {
            (category.exam.code.upper() if category.exam else "", category.code): category
            for category in Category.objects.select_related("exam")
        }
        self.made: list[Exam | Subject | Category] = []

    # --- looking up: each raises ValueError with the reason ---------------------------------------
    def exam(self, code: str) -> Exam:
        if code.upper() not in self.exams:
            raise ValueError(f"There is no exam {code}: make it first.")
        return self.exams[code.upper()]

    def subject(self, code: str) -> Subject:
        if code not in self.subjects:
            raise ValueError(f"There is no subject {code}: make it first.")
        return self.subjects[code]

    def category(self, code: str, exams: Iterable[str]) -> Category:
        """CODE in one of `exams`, the first that has it, else shared; or EXAM:CODE, or :CODE."""
        keys = [
            (code[: sign.start()].upper(), code[sign.end() :]) for sign in re.finditer(":", code)
        ]
        keys += [(exam.upper(), code) for exam in exams] + [("", code)]
        found = next((self.categories[key] for key in keys if key in self.categories), None)
        if found is None:
            raise ValueError(f"There is no category {code}: make it first.")
        return found

    # --- making -----------------------------------------------------------------------------------
    def make_exam(self, code: str, **values: str) -> Exam:
        if code.upper() not in self.exams:
            exam = Exam(code=code, **({"title": f"Exam {code}"[:NAME_LENGTH]} | values))
            self.exams[code.upper()] = exam
            self.made.append(exam)
        return self.exams[code.upper()]

    def make_path(self, path: Iterable[ParsedCategory], exam: Exam | None) -> Category | None:
        """The last category of the path."""
        parent: Category | None = None
        for step in path:
            key = (exam.code.upper() if exam else "", step.code)
            if key not in self.categories:
                self.categories[key] = Category(
                    exam=exam, parent=parent, code=step.code, name=step.name, kind=step.kind
                )
                self.made.append(self.categories[key])
            parent = self.categories[key]
        return parent

    def declare(self, parsed: Parsed, override: str | None) -> list[LineError]:
        """Make what the file describes and the bank does not know; what it knows stays as it is."""
        errors = []
        for row in parsed.declared:
            try:
                self.make_declared(row, override)
            except ValueError as error:
                errors.append(LineError(row.line, str(error)))
        return errors

    def make_declared(self, row: Declared, override: str | None) -> None:
        values = dict(row.values)
        if row.kind == "exam":
            if not override:
                self.make_exam(**values)
        elif row.kind == "subject":
            self.make_subject(**values)
        else:
            self.make_category(**(values | {"exam": override or values["exam"]}))

    def make_subject(self, *, code: str, name: str) -> None:
        if code in self.subjects:
            return
        try:
            Subject(code=code, name=name).clean_fields()
            validate_slug(code)
        except ValidationError:
            raise ValueError(
                f"“{code}” is no code of a subject: at most 50 letters, digits, - and _."
            ) from None
        self.subjects[code] = Subject(code=code, name=name)
        self.made.append(self.subjects[code])

    def make_category(
        self,
        *,
        code: str,
        name: str,
        kind: str,
        exam: str | None,
        parent: str | None,
        position: int,
    ) -> None:
        if ((exam or "").upper(), code) in self.categories:
            return
        owner = self.exam(exam) if exam else None
        above = self.categories.get(((exam or "").upper(), parent)) if parent else None
        if parent and above is None:
            raise ValueError(f"{code} stands below {parent}, which is not there or comes later.")
        category = Category(
            exam=owner, parent=above, code=code, name=name, kind=kind, position=position
        )
        self.categories[((exam or "").upper(), code)] = category
        self.made.append(category)

    def save(self) -> None:
        for row in self.made:
            row.save(force_insert=True)

    def labels(self) -> list[str]:
        return [f"{row._meta.verbose_name} {row}" for row in self.made]


def home_of(parsed: ParsedQuestion, override: str | None) -> list[str]:
    """Where the codes of this question's categories are looked up, in order."""
    named = [override] if override else [parsed.exam, *parsed.content.get("exams", ())]
    return [code for code in named if code]
