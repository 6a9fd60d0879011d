"""The rules of the ledger of backups, in SQL; what is deleted when; the age of the last."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from ops.alerts.checking import check_rule
from ops.alerts.levels import limits_of
from ops.backups import measures, pruning
from ops.models import Backup
from ops.registry import AlertRule, declared
from ops.work import Work

HASH = "0" * 64


@pytest.fixture(autouse=True)
def no_database_is_left() -> None:
    """None is made here."""


@pytest.fixture
def folder(db: None, tmp_path: Path, settings: Any) -> Path:
    settings.STEWARD_BACKUP_DIR = tmp_path
    return tmp_path


def uuid_at(moment: datetime) -> UUID:
    return UUID(int=(round(moment.timestamp() * 1000) << 80) | 0x7000_8000_0000_0000_0000)


def make_backup(days: float, verdict: str = "restored", **given: Any) -> Backup:
    """One of so many days ago."""
    moment = timezone.now() - timedelta(days=days)
    values = {
        "id": uuid_at(moment),
        "file_name": f"steward-{moment:%Y%m%d%H%M}.dump.zst",
        "database": "steward",
        "state": "kept",
        "size": 10,
        "sha256": HASH,
        "manifest": {"tables": {}},
        "finished_at": moment,
        "verdict": verdict,
        "drilled_at": None if verdict == "untried" else moment,
        "problem": "It broke." if verdict == "broken" else "",
    }
    backup = Backup.objects.create(**values | given)
    backup.refresh_from_db()
    return backup


def execute(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


# --- Rules ---------------------------------------------------------------------------------------
def test_the_last_that_was_restored_stays(db: None) -> None:
    first, second = make_backup(40), make_backup(20)
    make_backup(1, "broken")
    delete = "UPDATE ops_backups SET state = 'deleted' WHERE id = %s"

    execute(delete, first.pk)
    with pytest.raises(IntegrityError, match="The last backup that was restored stays"):
        execute(delete, second.pk)
    with pytest.raises(DatabaseError):
        execute("DELETE FROM ops_backups WHERE id = %s", second.pk)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("manifest = NULL", "kept_backup_knows_its_contents"),
        ("sha256 = 'x'", "kept_backup_knows_its_contents"),
        ("size = 0", "kept_backup_knows_its_contents"),
        ("verdict = 'broken'", "broken_backup_says_why"),
        ("verdict = 'untried'", "only_a_whole_backup_is_drilled"),
        ("state = 'failed'", "state"),
        ("state = 'writing'", "state"),
        ("database = 'other'", "what_was_dumped_stays"),
    ],
)
def test_the_database_refuses(db: None, change: str, rule: str) -> None:
    make_backup(1)
    make_backup(2)

    with pytest.raises(DatabaseError, match=rule):
        execute(f"UPDATE ops_backups SET {change}")  # a constant


# --- Prune ---------------------------------------------------------------------------------------
def test_prune_deletes_old_ones_with_their_files(folder: Path) -> None:
    old, last, broken = make_backup(50), make_backup(40), make_backup(35, "broken")
    latest = make_backup(31, "untried")
    for backup in (old, last, broken, latest):
        for ending in ("dump.zst", "json"):
            (folder / backup.file_name.replace("dump.zst", ending)).write_text("x")

    call_command("backup", "prune", "--dry-run")
    assert len(list(folder.iterdir())) == 8

    pruning.prune_backups(Work(uuid4(), "prune_backups", "", {}, 1))

    states = dict(Backup.objects.values_list("file_name", "state"))
    assert [states[each.file_name] for each in (old, last, broken, latest)] == [
        "deleted",
        "kept",
        "deleted",
        "kept",
    ]
    assert {path.name.partition(".")[0] for path in folder.iterdir()} == {
        last.file_name.partition(".")[0],
        latest.file_name.partition(".")[0],
    }


def test_prune_takes_the_files_of_what_is_forgotten(folder: Path) -> None:
    backup = make_backup(31, "untried", state="failed", error="It broke.", manifest=None)
    (folder / backup.file_name).write_text("half")

    pruning.delete_leftovers()

    assert list(folder.iterdir()) == []


# --- Ages ----------------------------------------------------------------------------------------
def test_without_a_backup_there_is_an_alert_from_the_first_day(db: None) -> None:
    missing = declared(AlertRule)["backup-missing"]

    assert check_rule(missing, limits_of(missing, None)) == ["opened"]
    assert measures.backup_age() == measures.proof_age() == {}
    make_backup(3, "untried", state="failed", error="It broke.", manifest=None)
    assert check_rule(missing, limits_of(missing, None)) == []
    make_backup(2, "untried")
    assert check_rule(missing, limits_of(missing, None)) == ["resolved"]


def test_ages_of_the_last_backup_and_of_the_last_proof(db: None) -> None:
    make_backup(2, "untried")
    make_backup(0.5, "untried")
    assert 11 * 3600 < measures.backup_age()[""] < 13 * 3600
    assert 47 * 3600 < measures.proof_age()[""] < 49 * 3600
    make_backup(1)
    assert 23 * 3600 < measures.proof_age()[""] < 25 * 3600


def test_a_broken_backup_counts_until_a_later_one_is_restored(db: None) -> None:
    broken = make_backup(3, "broken")
    assert measures.broken_backups() == {broken.file_name: 1.0}

    make_backup(2)

    assert measures.broken_backups() == {}


# --- The command ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "words",
    [
        ("run", "file"),
        ("restore", "file"),
        ("restore", "--into", "other"),
        ("prune", "--verify"),
        ("list", "--dry-run"),
    ],
)
def test_wrong_usage_exits_with_2(db: None, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as error:
        call_command("backup", *words)

    assert error.value.returncode == 2


def test_the_list_says_when_there_is_none(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("backup", "list")

    assert capsys.readouterr().out == "There is no backup yet.\n"
