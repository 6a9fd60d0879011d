from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from assessments.models import Member
from ops.exports import files
from ops.models import AuditEntry

pytestmark = pytest.mark.usefixtures("house", "db")


def export(*arguments: object) -> str:
    out = io.StringIO()
    call_command("export", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_file_is_written_and_logged(tmp_path: Path, house: list[Member]) -> None:
    path = tmp_path / "members.parquet"

    said = export("members", "--format", "parquet", "--output", path)

    assert said == f"{len(house)} rows of members.parquet in {path}.\n"
    with duckdb.connect() as duck:
        assert duck.sql(f"SELECT count(*) FROM '{path}'").fetchall() == [(len(house),)]
    entry = AuditEntry.objects.get(action="export")
    assert (entry.entity_type, entry.entity_id, entry.actor_name) == ("export", "members", "")
    assert entry.details["rows"] == len(house)
    assert (entry.details["format"], entry.details["personal"]) == ("parquet", True)


def test_json_says_what_was_written(tmp_path: Path, house: list[Member]) -> None:
    path = tmp_path / "m.csv"

    said = json.loads(export("members", "--output", path, "--json", "--without-personal-data"))

    assert said == {
        "export": "members",
        "format": "csv",
        "personal": False,
        "rows": len(house),
        "bytes": path.stat().st_size,
        "output": str(path),
    }
    assert path.read_text("utf-8-sig").startswith("id,created_at,")


def test_only_one_member_by_address(tmp_path: Path, house: list[Member]) -> None:
    path = tmp_path / "p.jsonl"
    wanted = str(house[0].email).upper()
    export("profiles", "--format", "jsonl", "--output", path, "--only", f"member={wanted}")
    [line] = path.read_text().splitlines()
    assert json.loads(line)["user_id"] == str(house[0].pk)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing",), "There is no export nothing. There are: action_log, "),
        (("terms", "--since", "2026-01-01"), "Flavor terms have no time: leave the days out."),
        (("terms", "--only", "x=1"), "Flavor terms have no filter x: it has none."),
        (("answers", "--only", "exam=NO"), "Exam: there is no NO."),
        (("profiles", "--only", "member=eve"), "Member: nobody is eve."),
        (("members", "--format", "xml"), "invalid choice: 'xml'"),
        (("members", "--since", "soon"), "soon is no date like 2026-11-21"),
    ],
)
def test_wrong_usage_writes_nothing(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said) as refused:
        export(*arguments, "--output", tmp_path / "x")

    assert refused.value.returncode in (1, 2)
    assert list(tmp_path.iterdir()) == []


def test_folder_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is no file in a folder that exists") as refused:
        export("members", "--output", tmp_path / "no" / "x.csv")
    assert refused.value.returncode == 2


@pytest.mark.parametrize(
    "error", [DatabaseError("the server went away"), OSError(28, "No space left on device")]
)
def test_nothing_stays_of_a_file_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    path = tmp_path / "members.csv"
    path.write_text("last week's")

    def broken(*_: Any) -> Any:
        yield b"id,", 0
        raise error

    monkeypatch.setattr(files, "blocks_of", broken)

    with pytest.raises(CommandError, match="Nothing was written: ") as failed:
        export("members", "--output", path)

    assert failed.value.returncode == 1
    assert path.read_text() == "last week's"
    assert list(tmp_path.iterdir()) == [path]
    assert not AuditEntry.objects.filter(action="export").exists()
