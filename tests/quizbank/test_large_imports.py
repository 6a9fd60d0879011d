"""Imports that a worker does: the file, its preview, the import and its undo are runs."""

from __future__ import annotations

from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.test import Client

from ops.models import Run
from ops.work import Cancelled, Refused, Work
from quizbank import imports
from quizbank.models import Exam, ImportBatch, Question, QuestionEvent

pytestmark = pytest.mark.django_db
LIST = "/admin/quizbank/importbatch/"
HEADER = "exam,external_id,stem,correct,choice_1,choice_2\n"
CSV = HEADER + "".join(f"L,L{n},Large question {n}?,1,Yes {n},No {n}\n" for n in range(1, 7))


@pytest.fixture(autouse=True)
def every_import_is_large(settings: Any) -> None:
    settings.STEWARD_IMPORT_RUN_FROM = 1
    Exam.objects.create(code="L", title="Large")


def upload(client: Client, text: str = CSV) -> ImportBatch:
    client.post(f"{LIST}add/", {"file": SimpleUploadedFile("large.csv", text.encode())})
    return ImportBatch.objects.latest("id")


def press(client: Client, batch: ImportBatch, step: str, **fields: str) -> str:
    answer = client.post(f"{LIST}{batch.pk}/{step}/", fields, follow=True)
    return unescape(answer.content.decode())


def page(client: Client, batch: ImportBatch) -> str:
    return unescape(client.get(f"{LIST}{batch.pk}/change/").content.decode())


def perform(operation: str, **changes: Any) -> str:
    """As a worker does the run that waits."""
    run = Run.objects.get(operation=operation, status="pending")
    work = Work(run.pk, operation, run.target, run.parameters, 1, run.requested_by_id)
    for name, value in changes.items():
        setattr(work, name, value)
    result = {
        "read_import": imports.read,
        "confirm_import": imports.confirm,
        "undo_import": imports.undo,
    }[operation](work).text
    Run.objects.filter(pk=run.pk).update(
        status="processing", attempts=1, started_at=Now(), heartbeat_at=Now()
    )
    Run.objects.filter(pk=run.pk).update(status="completed", result=result, finished_at=Now())
    return result


def imported(client: Client) -> ImportBatch:
    batch = upload(client)
    perform("read_import")
    press(client, batch, "confirm")
    perform("confirm_import")
    return batch


def test_file_is_read_imported_and_undone_by_runs(editing: Client, editor: User) -> None:
    batch = upload(editing)
    waits = page(editing, batch)
    assert "A worker is busy with it" in waits
    assert "data-run=" in waits
    assert "Publish at once" not in waits

    assert perform("read_import") == "Read: the preview is there."
    assert "6 new · 0 changed" in page(editing, batch)
    assert "A worker does it" in press(editing, batch, "confirm")
    assert not Question.objects.exists()

    assert perform("confirm_import") == "6 new, 0 changed."
    assert set(Question.objects.values_list("author", "version", "status")) == {
        (editor.pk, 1, "draft")
    }
    assert QuestionEvent.objects.count() == 6
    assert "6 new, 0 changed." in page(editing, batch)

    press(editing, batch, "undo")
    assert perform("undo_import") == "6 taken back, 0 kept."
    assert not Question.objects.exists()


def test_nothing_else_is_done_with_a_batch_that_a_run_works_on(editing: Client) -> None:
    batch = upload(editing)

    for step in ("confirm", "discard"):
        assert "A worker is busy with this import" in press(editing, batch, step)
    assert Run.objects.count() == 1
    assert ImportBatch.objects.get().file


def test_cancelled_import_leaves_nothing_and_can_be_confirmed_again(editing: Client) -> None:
    batch = upload(editing)
    perform("read_import")
    press(editing, batch, "confirm")

    with pytest.raises(Cancelled):
        perform("confirm_import", progress=stop_at_the_last_step)

    batch.refresh_from_db()
    assert (batch.status, Question.objects.count()) == ("preview", 0)
    assert perform("confirm_import") == "6 new, 0 changed."


def stop_at_the_last_step(done: int, total: int, note: str = "") -> None:
    if done == total - 1:
        raise Cancelled


def test_try_after_one_that_did_it_does_nothing(editing: Client) -> None:
    batch = imported(editing)
    again = Work(uuid4(), "confirm_import", str(batch.pk), {}, 2)

    assert imports.confirm(again).text == "Imported by the try before."
    assert Question.objects.count() == 6


def test_unreadable_file_says_why_on_its_page(editing: Client) -> None:
    batch = upload(editing, HEADER + '"' + "x" * 300)

    with pytest.raises(Refused, match="Is the file complete"):
        perform("read_import")

    assert "Is the file complete" in page(editing, batch)


def test_right_to_publish_is_asked_of_who_ordered(editing: Client) -> None:
    batch = upload(editing)
    perform("read_import")
    user = User.objects.create(username="only-imports")
    user.user_permissions.add(Permission.objects.get(codename="import_question"))
    work = Work(uuid4(), "confirm_import", str(batch.pk), {"publish": True}, 1, user.pk)

    with pytest.raises(Refused, match="right to publish"):
        imports.confirm(work)
    with pytest.raises(Refused, match="There is no import"):
        imports.read(Work(uuid4(), "read_import", "nonsense", {}, 1, user.pk))
