"""What ops read about backups, and what they start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from ops.backups.archiver import judged
from ops.models import Backup, Run
from tests.ops.backups.test_ledger import make_backup
from tests.ops.conftest import member_of

LIST = "/admin/ops/backup/"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_database_is_left() -> None:
    """None is made here."""


@pytest.fixture
def olga(ops_user: User, client: Client, tmp_path: Path, settings: Any) -> Client:
    settings.STEWARD_BACKUP_DIR = tmp_path / "backups"
    client.force_login(ops_user)
    return client


def test_the_list_says_when_there_is_none(olga: Client) -> None:
    page = olga.get(LIST).content.decode()

    assert "No backup yet." in page
    assert "Back up now" in page
    assert "Not made yet" in page


def test_the_list_names_states_and_reasons(olga: Client) -> None:
    make_backup(40)
    make_backup(2, "broken", problem="public.exams had 1 row, came back 0 rows.")
    make_backup(1, state="failed", error="No space left.", manifest=None, verdict="untried")

    page = olga.get(LIST).content.decode()

    assert "public.exams had 1 row, came back 0 rows." in page
    assert "No space left." in page
    # The one of 40 days ago is the last that was restored.
    assert "old …" not in page


def test_the_page_of_one_shows_what_came_back(olga: Client) -> None:
    manifest = {
        "tables": {
            "public.exams": {"rows": 1234, "fingerprint": "1"},
            "public.members": {"rows": 7, "fingerprint": "2"},
        },
        "guards": {"policies": 3},
        "migrations": ["ops.0001"],
        "server": "18.6",
        "pg_dump": "18.6",
    }
    difference = {"what": "public.members", "dumped": "7 rows", "restored": "6 rows"}
    backup = make_backup(1, "broken", manifest=manifest, differences=[difference])

    page = olga.get(f"{LIST}{backup.pk}/change/").content.decode()

    assert "1,234" in page
    assert "the same" in page
    assert page.index(">members<") < page.index(">exams<")


def test_ops_start_a_backup_and_a_drill(olga: Client) -> None:
    backup = make_backup(1)

    made = olga.post(f"{LIST}back-up/")
    drill = olga.post(f"{LIST}{backup.pk}/verify/")
    again = olga.post(f"{LIST}{backup.pk}/verify/")

    runs = {run.operation: run for run in Run.objects.all()}
    assert runs["back_up"].parameters == {"verify": True}
    assert runs["verify_backup"].parameters == {"backup": str(backup.pk)}
    assert made.headers["Location"].endswith(f"{runs['back_up'].pk}/change/")
    assert drill.headers["Location"] == again.headers["Location"]


def test_a_backup_without_a_file_is_not_verified(olga: Client) -> None:
    backup = make_backup(1, state="failed", error="No space left.", verdict="untried")

    olga.post(f"{LIST}{backup.pk}/verify/")

    assert not Run.objects.exists()


def test_analysts_read_only(client: Client, db: None) -> None:
    backup = make_backup(1)
    client.force_login(member_of("analysts", "anna"))

    page = client.get(LIST).content.decode()

    assert "Back up now" not in page
    assert client.post(f"{LIST}back-up/").status_code == 403
    assert client.post(f"{LIST}{backup.pk}/verify/").status_code == 403
    assert Backup.objects.count() == 1


def test_how_to_restore_names_the_last_that_was_restored(olga: Client) -> None:
    backup = make_backup(1)

    page = olga.get(f"{LIST}restoring/").content.decode()

    assert f"manage.py backup restore {backup.file_name} --into" in page


# --- Point-in-time recovery ----------------------------------------------------------------------
def test_the_archiver_of_this_server_is_off(olga: Client) -> None:
    page = olga.get(f"{LIST}point-in-time/").content.decode()

    assert "A restore goes back to the last backup, and to no later moment." in page
    assert "pgbackrest --stanza=steward stanza-create" in page


SOUND = {
    "archived_count": 9,
    "failed_count": 1,
    "last_archived_wal": "0001",
    "last_archived_time": NOW - timedelta(minutes=1),
    "last_failed_wal": "0000",
    "last_failed_time": NOW - timedelta(days=1),
    "wal_level": "replica",
    "archive_mode": "on",
    "archive_command": "pgbackrest --stanza=steward archive-push %p",
    "archive_library": "",
    "archive_timeout": 60,
    "waiting": 0,
    "data_directory": "/data",
    "port": "5432",
}


def test_an_archiver_that_is_sound_is_on() -> None:
    assert judged(SOUND, NOW).state == "On"


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"wal_level": "minimal"}, "wal_level"),
        ({"archive_command": "/bin/true"}, "archive_command"),
        ({"archive_command": "(disabled)"}, "archive_command"),
        ({"archive_timeout": 0}, "archive_timeout"),
        ({"last_archived_time": NOW - timedelta(hours=2)}, "Last archived"),
        ({"last_archived_time": None}, "Last archived"),
        ({"last_failed_time": NOW}, "Last failure"),
        ({"waiting": 100}, "Files that wait"),
    ],
)
def test_an_archiver_that_is_not_sound_is_told_why(changed: dict[str, Any], name: str) -> None:
    found = judged(SOUND | changed, NOW)

    assert found.state == "Not sound"
    assert name in found.sentence
