"""A drill that ended early, and whose fault it was."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import pytest

from ops.backups import scratch, tools
from ops.backups.errors import BackupFailed, Interrupted
from ops.models import Backup
from tests.ops.backups.conftest import Do


def test_a_drill_that_is_ended_from_outside_leaves_the_verdict(
    do: Do, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    do("verify_backup")

    def end(*_: Any) -> None:
        parent = str(os.getpid())
        subprocess.run(["pkill", "-KILL", "-P", parent, "pg_restore"], check=True)

    monkeypatch.setattr(scratch, "feed", end)
    run = do("verify_backup")

    assert run.error == "pg_restore: it ended with -9."
    backup.refresh_from_db()
    assert (backup.verdict, backup.problem) == ("restored", "")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("FATAL:  terminating connection due to administrator command", Interrupted),
        ("could not extend file: No space left on device", Interrupted),
        ('relation "public.answers" does not exist', BackupFailed),
    ],
)
def test_what_a_program_says_tells_whose_fault_it_is(words: str, kind: type) -> None:
    command = ["sh", "-c", f"echo 'pg_restore: error: {words}' >&2; exit 1"]
    with pytest.raises(BackupFailed) as error, tools.running(command, {}, lambda: None):
        pass
    assert type(error.value) is kind
