"""`manage.py import_questions`, as a script meets it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.management import CommandError, call_command

from quizbank.exporting import export_questions
from quizbank.models import Exam, ImportBatch, Question

CSV = "exam,external_id,stem,correct,choice_1,choice_2\nNET,N1,Is it?,1,Yes,No\n"


@pytest.fixture
def exam(db: None) -> Exam:
    return Exam.objects.create(code="NET", title="Networks")


def run(file: Path, **options: Any) -> dict[str, Any]:
    out = io.StringIO()
    call_command("import_questions", file, json=True, stdout=out, **options)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def write(folder: Path, data: str | bytes, name: str = "q.csv") -> Path:
    file = folder / name
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return file


def test_json_has_these_keys_and_no_other(exam: Exam, tmp_path: Path) -> None:
    found = run(write(tmp_path, CSV + "NET,N2,,1,Yes,No\n"))

    batch = ImportBatch.objects.get()
    assert found == {
        "created": 1,
        "changed": 0,
        "unchanged": 0,
        "refused": 1,
        "errors": [{"line": 3, "reason": "The question has no stem."}],
        "notes": [],
        "batch": str(batch.pk),
    }


def test_second_run_changes_nothing_and_an_edit_makes_no_duplicate(
    exam: Exam, tmp_path: Path
) -> None:
    run(write(tmp_path, CSV), publish=True)
    again = run(write(tmp_path, CSV))
    edited = run(write(tmp_path, CSV.replace("No\n", "Never\n")))

    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 1)
    assert (edited["created"], edited["changed"]) == (0, 1)
    question = Question.objects.get()
    assert question.has_unpublished_changes
    assert question.status == "active"


def test_dry_run_says_the_same_and_writes_nothing(exam: Exam, tmp_path: Path) -> None:
    found = run(write(tmp_path, CSV), dry_run=True)

    assert (found["created"], found["batch"]) == (1, None)
    assert not Question.objects.exists()
    assert not ImportBatch.objects.exists()


def test_exam_is_overridden(exam: Exam, tmp_path: Path) -> None:
    Exam.objects.create(code="OTHER", title="Other")

    run(write(tmp_path, CSV), exam="OTHER")

    question = Question.objects.get()
    assert question.numbered_by is not None
    assert question.numbered_by.code == "OTHER"
    assert [exam.code for exam in question.exams.all()] == ["OTHER"]


@pytest.mark.parametrize("name", ["csv", "json", "xlsx"])
def test_format_may_be_named_whatever_the_file_is_called(
    bank: None, tmp_path: Path, name: str
) -> None:
    data = export_questions(questions=Question.objects.all(), format_name=name, user=None)

    assert run(write(tmp_path, data, "export.bin"), format=name)["unchanged"] == 60


def bomb() -> bytes:
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 200 * 1024**2)
    return file.getvalue()


def too_large() -> bytes:
    return b"stem,correct,choice_1\n" + b"x" * 101 * 1024**2


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("q.csv", b"", "The file is empty"),
        ("q.csv", CSV.encode("utf-16"), "not UTF-8"),
        ("q.csv", CSV.replace("Is it?", '"Is it').encode(), "Is the file complete"),
        ("q.csv", CSV.encode()[:-5], "breaks off in line 2"),
        ("q.json", b'{"questions": [{"stem": "Cut', "Is the file complete"),
        ("q.xlsx", b"PK\x03\x04 nothing more", "no spreadsheet"),
        ("q.xlsx", CSV.encode(), "no spreadsheet"),
        ("q.csv", b"PK\x03\x04 nothing more", "give it its own ending back"),
        ("q.xlsx", bomb, "Unpacked, this spreadsheet has 200 MB"),
        ("q.csv", too_large, "limit is 100 MB"),
        ("q.doc", b"anything", "not known"),
    ],
)
def test_bad_file_fails_with_one_line_and_writes_nothing(
    exam: Exam, tmp_path: Path, name: str, data: bytes | Callable[[], bytes], reason: str
) -> None:
    file = write(tmp_path, data() if callable(data) else data, name)
    with pytest.raises(CommandError, match=reason) as failed:
        run(file)

    assert failed.value.returncode == 1
    assert "\n" not in str(failed.value)
    assert not Question.objects.exists()
    assert not ImportBatch.objects.exists()


def test_file_that_is_not_there(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nothing\.csv: No such file or directory\."):
        run(tmp_path / "nothing.csv")


def test_unknown_exam_is_said(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no exam NTE: make it first"):
        run(write(tmp_path, CSV), exam="NTE")
