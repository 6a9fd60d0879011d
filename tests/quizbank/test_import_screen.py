"""Imports on the screen: a file, its preview, confirm, discard, undo."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizbank.importing import batches, import_file
from quizbank.models import ImportBatch, Question

LIST = "/admin/quizbank/importbatch/"
ROW = {"id": "T1A01", "correct": 1, "question": "What is it?", "answers": ["This", "That"]}


def ham(*rows: dict[str, Any]) -> bytes:
    return json.dumps(rows, indent=1).encode()


def upload(client: Client, data: bytes, name: str = "pool.json", **fields: str) -> str:
    sent = {"file": SimpleUploadedFile(name, data)} | fields
    return unescape(client.post(f"{LIST}add/", sent, follow=True).content.decode())


def press(client: Client, step: str, **fields: str) -> str:
    address = f"{LIST}{ImportBatch.objects.latest('id').pk}/{step}/"
    return unescape(client.post(address, fields, follow=True).content.decode())


def shown(client: Client, query: str = "") -> str:
    address = f"{LIST}{ImportBatch.objects.latest('id').pk}/change/{query}"
    return unescape(client.get(address).content.decode())


def test_preview_confirm_undo(editing: Client) -> None:
    preview = upload(editing, ham(ROW, ROW | {"id": "nonsense"}))
    assert "1 new" in preview
    assert "no pool number" in preview
    assert "exam T · Exam T" in preview
    assert not Question.objects.exists()

    assert "Imported: 1 new, 0 changed." in press(editing, "confirm")
    assert Question.objects.get().status == "draft"

    asked = shown(editing, "?undo")
    assert "Undo this import?" in asked
    assert "<td>1</td><td>Deleted.</td>" in asked
    assert "1 taken back, 0 kept." in press(editing, "undo")
    assert not Question.objects.exists()


def test_preview_shows_what_changes_and_what_is_gone(editing: Client) -> None:
    import_file(file_name="pool.json", data=ham(ROW, ROW | {"id": "T1A02", "question": "Gone?"}))

    upload(editing, ham(ROW | {"question": "What <b>is</b> it?", "correct": 0}))

    changed = shown(editing, "?show=changed")
    assert "<del>What is it?</del>" in changed
    assert "<ins>✓ This</ins>" in changed
    assert "T1A02" in shown(editing, "?show=missing")


def test_no_text_of_the_file_is_rendered_as_html(editing: Client) -> None:
    evil = "<script>alert(1)</script>"
    data = ham(ROW | {"question": evil, "answers": [evil, "b"]}, ROW | {"id": evil})
    client_sees = []
    sent = {"file": SimpleUploadedFile("<script>alert(1).json", data)}
    client_sees.append(editing.post(f"{LIST}add/", sent, follow=True).content.decode())
    batch = ImportBatch.objects.get()
    client_sees += [
        editing.get(f"{LIST}{batch.pk}/change/?show={tab}").content.decode()
        for tab in ("new", "refused", "duplicates")
    ]
    press(editing, "confirm")
    client_sees.append(editing.get(f"{LIST}{batch.pk}/change/?show=new").content.decode())

    assert [page for page in client_sees if "<script>alert" in page] == []


def test_discarded_preview_keeps_no_file(editing: Client) -> None:
    upload(editing, ham(ROW))

    assert "Discarded" in press(editing, "discard")
    assert ImportBatch.objects.get().file is None
    assert "is discarded already" in press(editing, "confirm")
    assert not Question.objects.exists()


def test_what_an_undo_kept_comes_first(editing: Client) -> None:
    upload(editing, ham(ROW, ROW | {"id": "T1A02", "question": "Which one **here**?"}))
    press(editing, "confirm")
    Question.objects.filter(external_id="T1A02").update(explanation="Because.")
    assert "1 taken back, 1 kept." in press(editing, "undo")

    page = shown(editing, "?show=new")
    assert page.index("T1A02 · Which one here?") < page.index("T1A01 · What is it?")


def test_import_is_undone_once(editing: Client) -> None:
    upload(editing, ham(ROW))
    press(editing, "confirm")
    press(editing, "undo")

    assert "was undone already" in press(editing, "undo")


def test_bank_that_changed_since_the_preview_is_previewed_again(editing: Client) -> None:
    import_file(file_name="pool.json", data=ham(ROW))
    upload(editing, ham(ROW | {"question": "Edited in the file?"}))
    Question.objects.update(stem="Edited in the bank?")

    assert "Look at it again" in press(editing, "confirm")
    assert Question.objects.get().stem == "Edited in the bank?"
    assert "Edited in the bank?" in shown(editing)
    assert "1 changed." in press(editing, "confirm")
    assert Question.objects.get().stem == "Edited in the file?"


def test_failure_is_recorded_and_can_be_tried_again(
    editing: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise DatabaseError("The disk is full.")

    upload(editing, ham(ROW))
    with monkeypatch.context() as patch:
        patch.setattr(batches, "create_questions", fail)
        assert "Nothing done: The disk is full." in press(editing, "confirm")
    batch = ImportBatch.objects.get()
    assert (batch.status, batch.failure) == ("failed", "The disk is full.")
    assert "The disk is full." in shown(editing)

    assert "Imported: 1 new" in press(editing, "confirm")


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.json", b"", "The file is empty"),
        ("a.csv", b" \n", "The file is empty"),
        ("a.xlsx", b"", "The file is empty"),
        ("a.xlsx", b"no spreadsheet", "This is no spreadsheet"),
        ("a.csv", "stem,correct,choice_1\né,1,b\n".encode("latin-1"), "is not UTF-8"),
        ("a.pdf", b"%PDF", "not known"),
    ],
)
def test_bad_file_gets_one_clear_line(editing: Client, name: str, data: bytes, reason: str) -> None:
    assert reason in upload(editing, data, name)
    assert not ImportBatch.objects.exists()


def test_encoding_may_be_named(editing: Client) -> None:
    data = "stem,correct,choice_1\né?,1,b\n".encode("latin-1")

    upload(editing, data, "a.csv", encoding="iso-8859-1")
    press(editing, "confirm")

    assert Question.objects.get().stem == "é?"


def test_file_over_the_limit_is_refused_unread(editing: Client, settings: Any) -> None:
    settings.STEWARD_IMPORT_MAX_MB = 0
    assert "the limit is 0 MB" in upload(editing, ham(ROW))


def test_long_lists_come_in_pages(editing: Client) -> None:
    rows = [ROW | {"id": f"T1A{n:02}", "question": f"Number {n}?"} for n in range(60)]
    upload(editing, ham(*rows, *({"id": "x"} for _ in range(120))))

    assert "Page 1 of 3" in shown(editing, "?show=refused")
    assert "Page 2 of 2" in shown(editing, "?show=new&page=2")
    press(editing, "confirm")
    assert "Page 2 of 2" in shown(editing, "?show=new&page=999")


def test_page_of_an_applied_import_reads_its_own_rows_alone(editing: Client) -> None:
    upload(
        editing, ham(*(ROW | {"id": f"T1A{n:02}", "question": f"Which {n}?"} for n in range(60)))
    )
    press(editing, "confirm")
    with CaptureQueriesContext(connection) as asked:
        assert "Which 59?" not in shown(editing, "?show=new")
    reads = [query["sql"] for query in asked if '"import_items"."differences"' in query["sql"]]
    assert len(reads) == 1
    assert reads[0].endswith("LIMIT 50")


def test_list_shows_the_counts_of_each_batch(editing: Client) -> None:
    upload(editing, ham(ROW, {"id": "x"}, {"id": "y"}))

    html = editing.get(LIST).content.decode()

    assert "Waiting for confirmation" in html
    cells = re.findall(r"field-(new|changed|same|refused)[^>]*>\s*([\d,]+)", html)
    assert dict(cells) == {"new": "1", "changed": "0", "same": "0", "refused": "2"}


def test_publishing_at_once_takes_the_right_to_publish(client: Client, db: None) -> None:
    user = User.objects.create_user("importer", is_staff=True)
    names = ("import_question", "view_importbatch", "view_question")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    upload(client, ham(ROW))

    assert "Publish at once" not in shown(client).replace("Without “Publish at once”", "")
    assert (
        client.post(f"{LIST}{ImportBatch.objects.get().pk}/confirm/", {"publish": "on"}).status_code
        == 403
    )
    assert not Question.objects.exists()


def test_published_at_once(editing: Client) -> None:
    upload(editing, ham(ROW))
    press(editing, "confirm", publish="on")
    assert Question.objects.get().status == "active"


@pytest.mark.parametrize("group", ["moderators", "ops", "analysts"])
def test_closed_to_those_who_may_not_import(client: Client, db: None, group: str) -> None:
    user = User.objects.create_user(group, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    sent = {"file": SimpleUploadedFile("pool.json", ham(ROW))}

    assert client.post(f"{LIST}add/", sent).status_code == 403
