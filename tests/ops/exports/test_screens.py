"""Who gets what on the screens of exports, in each format, now and later."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Member
from ops.exports.downloading import Download
from ops.exports.orders import FORMATS, Order
from ops.exports.reading import reading_address
from ops.exports.work import path_of, prepare
from ops.models import AuditEntry, ErasedMember, ExportFile, Run
from ops.registry import Export, declared
from ops.work import Work
from tests.ops.conftest import member_of

pytestmark = pytest.mark.usefixtures("house", "db")
LIST = "/admin/ops/exportfile/"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.STEWARD_EXPORT_DIR = tmp_path
    return tmp_path


def client_of(role: str) -> Client:
    client = Client()
    client.force_login(member_of(role, f"{role}-one"))
    return client


def page_of(name: str) -> str:
    return reverse("admin:ops_exportfile_export", args=[name])


def downloaded(client: Client, name: str, **form: str) -> bytes:
    answer = client.post(page_of(name), {"format": "csv", "do": "download"} | form)
    assert answer.status_code == 200, answer
    assert answer.streaming, answer.content.decode()
    # Read to its end, the test client closes it.
    return b"".join(answer)


def prepared(client: Client, name: str, **form: str) -> ExportFile:
    answer = client.post(page_of(name), {"format": "csv", "do": "prepare"} | form)
    assert answer.headers["Location"] == page_of(name)
    run = Run.objects.get(operation="prepare_export")
    prepare(Work(run.pk, run.operation, run.target, run.parameters, 1, run.requested_by_id))
    return ExportFile.objects.get()


def columns(data: bytes, format_name: str) -> list[str]:
    if format_name == "csv":
        return next(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    if format_name == "jsonl":
        return list(json.loads(data.splitlines()[0]))
    return pq.read_schema(pa.BufferReader(data)).names


# --- What each role sees -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        ("content", {"questions", "answers", "descriptors", "terms"}, {"members", "action_log"}),
        ("moderators", {"members", "profiles"}, {"answers", "descriptors", "runs"}),
        ("ops", set(declared(Export)), set()),
        ("analysts", {"members", "answers", "runs"}, {"action_log", "problem_reports"}),
    ],
)
def test_list_has_what_the_role_may_export(role: str, shown: set[str], hidden: set[str]) -> None:
    client = client_of(role)
    text = client.get(LIST).content.decode()

    assert {name for name in shown | hidden if page_of(name) in text} == shown
    for name in hidden:
        assert client.get(page_of(name)).status_code == 403
        sent = {"format": "csv", "do": "download"}
        assert client.post(page_of(name), sent).status_code == 403


@pytest.mark.parametrize("format_name", FORMATS)
def test_analyst_gets_no_address_and_is_told(house: list[Member], format_name: str) -> None:
    client = client_of("analysts")
    form = {"format": format_name, "with_personal": "on"}

    page = client.get(page_of("members")).content.decode()
    data = downloaded(client, "members", **form)
    file = prepared(client, "members", **form)

    assert "Your files are without personal data" in page
    assert "display_name, email" in page
    assert "@example.org" not in page.replace("analysts-one", "")
    for found in (data, path_of(file).read_bytes()):
        assert columns(found, format_name) == ["id", "created_at", "last_seen_at", "is_active"]
        assert b"@example.org" not in found
    assert not file.has_personal


@pytest.mark.parametrize("format_name", FORMATS)
def test_ops_get_addresses_only_if_they_want_them(format_name: str) -> None:
    client = client_of("ops")
    whole = downloaded(client, "members", format=format_name, with_personal="on")
    partial = downloaded(client, "members", format=format_name)

    assert "email" in columns(whole, format_name)
    assert "email" not in columns(partial, format_name)


def test_list_says_who_may_and_when_last(house: list[Member]) -> None:
    client = client_of("ops")
    downloaded(client, "members", with_personal="on")

    text = client.get(LIST).content.decode()

    assert "moderators, ops; analysts without personal data" in text
    assert "ops-one, csv" in text
    assert "ops-one, csv" not in client_of("analysts").get(LIST).content.decode()


# --- Download now --------------------------------------------------------------------------------
def test_download_is_logged_with_its_rows_before_it_leaves(house: list[Member]) -> None:
    client = client_of("ops")
    answer = client.post(
        page_of("profiles"),
        {"format": "jsonl", "do": "download", "with_personal": "on", "member": house[1].email},
    )
    entry = AuditEntry.objects.get(action="export")
    assert entry.actor_name == "ops-one"
    assert entry.details == {
        "label": "Profiles",
        "export": "profiles",
        "format": "jsonl",
        "personal": True,
        "filters": {"member": str(house[1].pk)},
        "rows": 1,
    }
    [row] = [json.loads(line) for line in b"".join(answer).splitlines()]
    assert row["email"] == house[1].email
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="profiles-')


@pytest.mark.parametrize("format_name", FORMATS)
def test_browser_that_goes_away_ends_the_statement(format_name: Any) -> None:
    big = Export(
        "big",
        "Big",
        "",
        area="members",
        permission="assessments.view_member",
        source="generate_series(1, 3000000) AS n (id)",
        columns={"id": "n.id", "text": "repeat('x', 100)"},
        key="n.id",
        table="members",
    )
    download = Download(order=Order(big, format_name), user=None)
    blocks = iter(download)
    next(blocks)
    if format_name != "parquet":
        next(blocks)

    download.close()

    with psycopg.connect(reading_address()) as conn:
        left = conn.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'steward export'"
            " AND datname = current_database() AND state = 'active'"
        ).fetchone()
    assert left == (0,)


def test_server_that_is_gone_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "ops.exports.reading.reading_address", lambda **_: "host=127.0.0.1 port=1 connect_timeout=1"
    )
    answer = client_of("ops").post(page_of("members"), {"format": "csv", "do": "download"})
    assert "Nothing exported: The connection to the database was lost." in answer.content.decode()
    assert not AuditEntry.objects.filter(action="export").exists()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"since": "2026-02-01", "until": "2026-01-01"}, "It is before the first day."),
        ({"since": "soon"}, "Enter a valid date."),
        ({"member": "eve@nowhere.example"}, "Member: nobody is eve@nowhere.example."),
        ({"member": "\0"}, "Null characters are not allowed."),
        ({"format": "xml"}, "xml is not one of the available choices."),
    ],
)
def test_wrong_form_exports_nothing(form: dict[str, str], said: str) -> None:
    client = client_of("ops")
    for do in ("show", "download", "prepare"):
        sent = {"format": "csv", "do": do} | form
        assert said in client.post(page_of("profiles"), sent).content.decode()
    assert not AuditEntry.objects.filter(action="export").exists()
    assert not Run.objects.filter(operation="prepare_export").exists()


# --- Preview -------------------------------------------------------------------------------------
def test_preview_shows_what_is_chosen(house: list[Member]) -> None:
    client = client_of("moderators")
    assert "The first 5 of about" in client.get(page_of("profiles")).content.decode()
    sent = {"format": "csv", "do": "show", "member": str(house[0].pk), "with_personal": "on"}
    one = client.post(page_of("profiles"), sent).content.decode()
    assert "1 row<" in one
    assert str(house[0].email) in one
    none = {"format": "csv", "do": "show", "since": "2001-01-01", "until": "2001-01-02"}
    empty = client.post(page_of("profiles"), none).content.decode()
    assert "Nothing: the file would have its columns alone." in empty


# --- Prepared files ------------------------------------------------------------------------------
def test_prepared_file_is_downloaded_and_logged(house: list[Member]) -> None:
    client = client_of("ops")
    file = prepared(client, "members", format="jsonl", with_personal="on")
    link = reverse("admin:ops_exportfile_file", args=[file.pk])
    assert link in client.get(LIST).content.decode()
    assert client.get(link).status_code == 200

    answer = client.post(f"{link}download/")

    assert len(b"".join(answer).splitlines()) == len(house)
    assert answer.headers["Content-Type"] == "application/jsonl; charset=utf-8"
    actions = AuditEntry.objects.filter(entity_type="export").values_list("action", flat=True)
    assert sorted(actions) == ["download_export", "export", "prepare_export"]


@pytest.mark.parametrize("role", ["content", "analysts"])
def test_link_in_other_hands_is_refused(role: str) -> None:
    file = prepared(client_of("ops"), "members", with_personal="on")
    link = reverse("admin:ops_exportfile_file", args=[file.pk])
    thief = client_of(role)

    assert thief.get(link).status_code == 403
    for step in ("download", "delete"):
        assert thief.post(f"{link}{step}/").status_code == 403
    assert link not in thief.get(LIST).content.decode()


def test_link_of_who_lost_the_role_is_refused() -> None:
    client = client_of("ops")
    file = prepared(client, "members", with_personal="on")
    link = reverse("admin:ops_exportfile_file", args=[file.pk])
    User.objects.get(username="ops-one").groups.set([Group.objects.get(name="analysts")])

    assert client.get(link).status_code == 403
    assert client.post(f"{link}download/").status_code == 403


def expired(file: ExportFile) -> None:
    ExportFile.objects.update(
        as_of=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(days=2)
    )


def erased(file: ExportFile) -> None:
    ErasedMember.objects.create(pk="019aa000-0000-7000-8000-000000000001")


def lost(file: ExportFile) -> None:
    path_of(file).unlink()


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (expired, "Its time is over."),
        (erased, "A member was erased since, whom the file still has."),
        (lost, "The file is not there any longer."),
    ],
)
def test_what_is_gone_says_why(happens: Any, said: str) -> None:
    client = client_of("ops")
    file = prepared(client, "members")
    happens(file)
    link = reverse("admin:ops_exportfile_file", args=[file.pk])

    for answer in (client.get(link), client.post(f"{link}download/")):
        assert answer.status_code == 410
        assert said in answer.content.decode()
        assert page_of("members") in answer.content.decode()
    assert said in client.get(page_of("members")).content.decode()
    assert not AuditEntry.objects.filter(action="download_export").exists()


def test_owner_deletes_and_another_analyst_does_not() -> None:
    owner = client_of("analysts")
    file = prepared(owner, "members")
    link = reverse("admin:ops_exportfile_file", args=[file.pk])
    other = Client()
    other.force_login(member_of("analysts", "other"))
    assert other.get(link).status_code == 200
    assert other.post(f"{link}delete/").status_code == 403

    assert owner.post(f"{link}delete/").headers["Location"] == page_of("members")

    assert not path_of(file).parent.exists()
    assert AuditEntry.objects.get(action="delete_export").entity_id == "members"
    assert "It was deleted." in owner.get(link).content.decode()


def test_unknown_export_is_not_found() -> None:
    assert client_of("ops").get(page_of("nothing")).status_code == 404
