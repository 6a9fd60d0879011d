"""Imports of real files, from the command and from the action."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from quizbank.actions import publish_question
from quizbank.formats import FormatError, parse
from quizbank.importing import import_file, undo_import
from quizbank.models import Category, ImportBatch, Question

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the real files are not beside the repo")
ROW = {"id": "T1A01", "correct": 1, "question": "What is it?", "answers": ["This", "That"]}


def ham(*rows: dict[str, Any]) -> bytes:
    return json.dumps(rows, indent=1).encode()


def run(data: bytes, **options: Any) -> dict[str, int]:
    return import_file(file_name="pool.json", data=data, **options).counts


@needs_data
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "count"),
    [
        ("technician-2022-2026.json", 411),
        ("general-2023-2027.json", 423),
        ("general-2023-2027.csv", 423),
    ],
)
def test_real_pool_is_imported_once(file: str, count: int) -> None:
    out = io.StringIO()
    call_command("import_questions", DATA / "ham-radio" / file, json=True, stdout=out)
    again = import_file(file_name=file, data=(DATA / "ham-radio" / file).read_bytes())

    assert json.loads(out.getvalue())["created"] == count
    assert again.counts["unchanged"] == count
    assert Question.objects.filter(topic__isnull=False).count() == count


@needs_data
@pytest.mark.django_db
def test_trivia_that_is_no_utf8_is_refused_and_writes_nothing() -> None:
    with pytest.raises(CommandError, match="is not UTF-8"):
        call_command("import_questions", DATA / "trivia" / "science-technology.txt")

    assert not Question.objects.exists()
    assert not ImportBatch.objects.exists()


@needs_data
@pytest.mark.django_db
def test_trivia_is_imported_with_its_bad_questions_listed_by_line() -> None:
    batch = import_file(
        file_name="for-kids.txt", data=(DATA / "trivia" / "for-kids.txt").read_bytes()
    )

    assert Question.objects.count() == batch.counts["created"] > 500
    assert all(error["line"] > 0 for error in batch.errors)


@pytest.mark.django_db
def test_code_makes_the_category_path() -> None:
    run(ham(ROW))

    question = Question.objects.select_related("system", "topic", "numbered_by").get()
    assert (question.system.code, question.topic.code) == ("T1", "T1A")  # type: ignore[union-attr]
    assert question.numbered_by is not None
    assert question.numbered_by.code == "T"


@pytest.mark.django_db
def test_edited_file_changes_the_live_question_without_a_duplicate() -> None:
    run(ham(ROW), publish=True)

    counts = run(ham(ROW | {"answers": ["This", "That", "More"]}))

    question = Question.objects.get()
    assert counts["changed"] == 1
    assert question.has_unpublished_changes
    assert question.status == "active"


@pytest.mark.django_db
def test_question_that_is_gone_is_listed_and_left_alone() -> None:
    run(ham(ROW, ROW | {"id": "T1A02", "question": "And this?"}))

    batch = import_file(file_name="pool.json", data=ham(ROW))

    assert batch.report["missing"] == ["T1A02"]
    assert Question.objects.count() == 2


@pytest.mark.django_db
def test_dry_run_writes_nothing() -> None:
    assert run(ham(ROW), dry_run=True)["created"] == 1
    assert not Question.objects.exists()
    assert not Category.objects.exists()


@pytest.mark.django_db
def test_undo_deletes_the_new_and_restores_the_changed() -> None:
    run(ham(ROW))
    data = ham(ROW | {"question": "Edited?", "answers": ["a", "b", "c"]}, ROW | {"id": "T1A02"})
    batch = import_file(file_name="pool.json", data=data)

    undo_import(batch=batch)

    question = Question.objects.get()
    assert question.stem == "What is it?"
    assert [choice.text for choice in question.choices.all()] == ["This", "That"]


@pytest.mark.django_db
def test_undo_keeps_what_was_published_since() -> None:
    batch = import_file(file_name="pool.json", data=ham(ROW))
    publish_question(question=Question.objects.get(), user=None)

    assert undo_import(batch=batch) == {"undone": 0, "kept": 1}
    assert Question.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.json", b"", "empty"),
        ("a.json", b'[{"id": "T1A01",', "complete"),
        ("a.csv", b"PK\x03\x04 no csv", "spreadsheet"),
        ("a.csv", b"one,two\n1,2\n", "not known: one, two"),
        ("a.json", b"[\x00]", "NUL"),
        ("a.json", '["é"]'.encode("latin-1"), "not UTF-8"),
        ("a.json", b'{"a": 1}', "list"),
        ("a.txt", b"nothing here", "#Q"),
        ("a.pdf", b"%PDF", "not known"),
    ],
)
def test_unreadable_file_gets_one_clear_line(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        parse(data, file_name=name, name=None)


def test_bad_rows_are_refused_by_line_and_the_rest_is_read() -> None:
    data = ham(ROW, ROW | {"id": "nonsense"}, ROW | {"id": "T1A03", "correct": 7}, {"id": "T1A04"})

    parsed = parse(data, file_name="a.json", name="ham")

    assert len(parsed.questions) == 1
    assert [error.line for error in parsed.errors] == [11, 20, 29]


@pytest.mark.django_db
def test_file_over_the_limit_is_refused(settings: Any) -> None:
    settings.STEWARD_IMPORT_MAX_MB = 0
    with pytest.raises(FormatError, match="limit"):
        run(ham(ROW))


def upload(client: Any, data: bytes, name: str = "pool.json") -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post("/admin/quizbank/importbatch/add/", {"file": file}, follow=True)


def test_screen_previews_then_imports_then_undoes(editing: Any) -> None:
    preview = upload(editing, ham(ROW, ROW | {"id": "nonsense"})).content.decode()
    batch = ImportBatch.objects.get()
    assert "1 new" in preview
    assert "no pool number" in preview
    assert not Question.objects.exists()

    editing.post(f"/admin/quizbank/importbatch/{batch.pk}/confirm/")
    assert Question.objects.count() == 1

    done = editing.post(f"/admin/quizbank/importbatch/{batch.pk}/undo/", follow=True)
    assert not Question.objects.exists()
    assert "1 taken back" in done.content.decode()


def test_screen_says_what_is_wrong_with_a_file(editing: Any) -> None:
    assert "The file is empty" in upload(editing, b" ").content.decode()
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize("group", ["moderators", "ops", "analysts"])
def test_screen_is_closed_to_those_who_may_not_import(client: Any, db: None, group: str) -> None:
    user = User.objects.create_user(group, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)

    assert upload(client, ham(ROW)).status_code == 403
