"""Real dumps, real drills, and what becomes of them when something goes wrong."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from subprocess import PIPE
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from psycopg import sql

from ops.alerts.checking import check_rule
from ops.alerts.levels import limits_of
from ops.backups import contents, files, tools
from ops.backups.erasures import keep_erasures
from ops.backups.making import back_up
from ops.models import Alert, Backup, ErasedMember, Run
from ops.registry import AlertRule, declared
from ops.runner import perform
from ops.runs import enqueue, reap
from ops.schema.reading import read_catalog, read_own_catalog
from ops.work import Cancelled, Refused, Work
from tests.assessments.people import make_member, make_session
from tests.ops.backups.conftest import Do
from tests.ops.conftest import ROOT, blocked_by, database_url, wait_for


def fetch(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def check(rule: str) -> list[Alert]:
    declaration = declared(AlertRule)[rule]
    check_rule(declaration, limits_of(declaration, None))
    return list(Alert.objects.open().filter(rule=rule))


# --- The whole way -------------------------------------------------------------------------------
def test_a_backup_brings_everything_back_but_those_who_were_erased(do: Do, folder: Path) -> None:
    ada, grace = make_member("Ada"), make_member("Grace")
    make_session(ada)
    make_session(grace)
    do("back_up")
    backup = Backup.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.erase_member(%s)", [ada.pk])
    do("keep_erasures")

    drill = do("verify_backup")

    assert drill.status == "completed", drill.error
    backup.refresh_from_db()
    assert (backup.verdict, backup.problem, backup.differences) == ("restored", "", [])
    assert backup.manifest is not None
    # Under forced row-level security; a dump by the owner lacks nothing of it.
    assert backup.manifest["tables"]["public.members"]["rows"] == 2
    assert backup.manifest == json.loads(files.manifest_path(backup.file_name).read_text())

    name = f"back_{uuid4().hex[:12]}"
    try:
        call_command("backup", "restore", backup.file_name, into=name)
        with psycopg.connect(database_url().replace(f"/{connection_name()}", f"/{name}")) as conn:
            members = conn.execute("SELECT display_name FROM members ORDER BY 1").fetchall()
            runs = conn.execute("SELECT status FROM ops_run").fetchall()
            states = conn.execute("SELECT state FROM ops_backups").fetchall()
            sessions = conn.execute("SELECT user_id FROM cs_assessment_sessions").fetchall()
            schema = read_catalog(conn)
        with pytest.raises(CommandError, match="There is a database"):
            call_command("backup", "restore", backup.file_name, into=name)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))

    assert members == [("Erased member",), ("Grace",)]
    assert sessions == [(grace.pk,)]
    assert (runs, states) == ([("cancelled",)], [("kept",)])
    # Else the next verification of the schema would call it changed by hand.
    assert set(read_own_catalog()) ^ set(schema) == set()


def connection_name() -> str:
    return str(connection.settings_dict["NAME"])


# --- Broken backups ------------------------------------------------------------------------------
def test_a_truncated_file_does_not_pass_and_raises_an_alert(do: Do, backup: Backup) -> None:
    path = files.folder() / backup.file_name
    os.truncate(path, path.stat().st_size - 100)

    drill = do("verify_backup")

    assert drill.status == "failed"
    assert "is 100 bytes shorter than it was written" in drill.error
    backup.refresh_from_db()
    assert backup.verdict == "broken"
    [alert] = check("backup-broken")
    assert alert.level == "critical"
    assert alert.subject == backup.file_name


def test_other_bytes_of_the_same_length_do_not_pass(do: Do, backup: Backup) -> None:
    with (files.folder() / backup.file_name).open("r+b") as file:
        file.seek(1000)
        file.write(b"\0" * 50)

    assert "its hash differs" in do("verify_backup").error


def test_a_table_that_comes_back_otherwise_is_named(do: Do, backup: Backup) -> None:
    manifest: dict[str, Any] = backup.manifest or {}
    manifest["tables"]["public.exams"]["rows"] += 1
    manifest["tables"]["public.subjects"]["fingerprint"] = "1"
    Backup.objects.update(manifest=manifest)

    drill = do("verify_backup")

    assert "public.exams had 1 row, came back 0 rows" in drill.error
    assert "but with other values" in drill.error
    backup.refresh_from_db()
    assert [row["what"] for row in backup.differences] == ["public.exams", "public.subjects"]


# --- Dumps that fail -----------------------------------------------------------------------------
def test_a_file_that_may_not_grow_leaves_no_part_of_it(do: Do, folder: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, before[1]))
    try:
        run = do("back_up")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert (run.status, "File too large." in run.error) == ("failed", True)
    assert list(folder.iterdir()) == []
    backup = Backup.objects.get()
    assert (backup.state, backup.error) == ("failed", run.error)
    assert [alert.subject for alert in check("failed-runs")] == ["back_up"]


def test_a_worker_that_was_killed_is_cleaned_up_after(folder: Path, processes: Any) -> None:
    """It stands still at a table that is locked, when it dies."""
    run, _ = enqueue(operation="back_up", deliver=False)
    with psycopg.connect(database_url()) as other:
        other.execute("LOCK TABLE exams IN ACCESS EXCLUSIVE MODE")
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(run.pk)],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": database_url(), "STEWARD_BACKUP_DIR": str(folder)},
        )
        processes.started.append(worker)
        holder = other.info.backend_pid
        wait_for(lambda: list(folder.glob("*.partial")) and blocked_by(holder))
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        wait_for(lambda: reap(silent_for=timedelta(0)))
    assert Backup.objects.get().state == "writing"

    perform(run.pk)

    run.refresh_from_db()
    assert run.status == "completed", run.error
    assert list(folder.glob("*.partial")) == []
    second, first = Backup.objects.all()
    assert (first.state, first.error) == ("failed", "The worker that wrote it died.")
    assert second.state == "kept"


WORKER = """
import sys, django; django.setup()
from ops.runner import perform
perform(sys.argv[1])
"""


def test_what_a_drill_left_is_dropped_by_the_next_one(do: Do, backup: Backup) -> None:
    own = fetch("SELECT oid FROM pg_database WHERE datname = current_database()")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(f"steward_drill_{own}")))

    assert do("verify_backup").status == "completed"


def test_a_cancel_in_the_middle_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(uuid4(), "back_up", "", {}, 1)
    monkeypatch.setattr(
        contents, "refuse_hidden_rows", lambda conn: work.stop(Cancelled, lambda: None)
    )

    with pytest.raises(Cancelled):
        back_up(work)

    assert list(folder.iterdir()) == []
    backup = Backup.objects.get()
    assert (backup.state, backup.error) == ("failed", "Cancelled.")


@pytest.mark.parametrize("takes_input", [True, False])
def test_a_program_that_takes_its_time_ends_with_the_run(
    takes_input: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pg_restore reads nothing for hours while it builds an index."""
    monkeypatch.setattr(tools, "BEAT", 0.01)

    def pulse() -> None:
        raise Cancelled

    started = []

    def run() -> None:
        with tools.running(["sleep", "600"], {}, pulse, stdin=PIPE) as process:
            started.append(process)
            if takes_input and process.stdin:
                tools.write(process.stdin, bytes(10_000_000), pulse)

    with pytest.raises(Cancelled):
        run()

    assert [process.returncode for process in started] == [-signal.SIGKILL]


def test_dumps_that_the_ledger_does_not_know_are_adopted(do: Do, backup: Backup) -> None:
    """As after a restore to a moment before them."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ops_backups SET state = 'deleted'")
    Backup.objects.all().delete()

    do("prune_backups")

    found = Backup.objects.get()
    assert (found.file_name, found.state, found.sha256) == (
        backup.file_name,
        "kept",
        backup.sha256,
    )
    assert abs(found.created_at - backup.created_at) < timedelta(minutes=1)


def test_one_run_at_a_time(folder: Path) -> None:
    first, _ = enqueue(operation="verify_backup", deliver=False)
    second, is_new = enqueue(
        operation="verify_backup", parameters={"backup": str(uuid4())}, deliver=False
    )

    assert (second.pk, is_new) == (first.pk, False)


def test_rows_that_a_policy_may_hide_keep_it_from_starting(do: Do, folder: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP POLICY staff_all ON badges")
    try:
        run = do("back_up")
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE POLICY staff_all ON badges TO steward_owner USING (true) WITH CHECK (true)"
            )

    assert (run.status, "hide rows of public.badges" in run.error) == ("failed", True)


# --- The programs --------------------------------------------------------------------------------
def test_a_pg_dump_that_is_older_than_the_server_is_refused(
    tmp_path: Path, settings: Any, db: None
) -> None:
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.18'\n")
    program.chmod(0o755)
    settings.STEWARD_PG_BIN = str(tmp_path)

    with pytest.raises(Refused, match=r"older than the server, which is 18: .* has 15\.18"):
        tools.tools_for(180006)


def test_no_pg_dump_at_all_is_said(tmp_path: Path, settings: Any) -> None:
    settings.STEWARD_PG_BIN = str(tmp_path / "nowhere")

    with pytest.raises(Refused, match=r"There is no pg_dump\. Install postgresql-client-18"):
        tools.tools_for(180006)


def test_the_password_is_on_no_command_line() -> None:
    class Info:
        dsn = "host=db.example user=steward_owner dbname=steward"
        password = "secret"  # noqa: S105  # nobody's

    class Conn:
        info = Info()

    conn: Any = Conn()
    assert "secret" not in tools.target_of(conn, "other")
    assert tools.environment_of(conn)["PGPASSWORD"] == "secret"


def test_erasures_stay_in_the_file(folder: Path) -> None:
    gone = uuid4()
    folder.mkdir()
    (folder / "erased_members.json").write_text(json.dumps([str(gone)]))
    ErasedMember.objects.create(id=(new := uuid4()))

    keep_erasures(None)  # type: ignore[arg-type]

    found = json.loads((folder / "erased_members.json").read_text())
    assert found == sorted([str(gone), str(new)])


def test_contents_differ_in_words() -> None:
    one = {"tables": {}, "guards": {"policies": 3}, "sequences": {}, "migrations": ["ops.0001"]}
    other = {"tables": {}, "guards": {"policies": 2}, "sequences": {}, "migrations": []}

    assert contents.differences(one, other) == [
        {"what": "policies", "dumped": "3", "restored": "2"},
        {"what": "ops.0001", "dumped": "applied", "restored": "not there"},
    ]


def test_a_sequence_may_go_on_while_the_dump_is_made() -> None:
    """No snapshot holds it: the dump has a value between the two that were read."""
    empty: dict[str, Any] = {"tables": {}, "guards": {}, "migrations": []}
    wanted = {**empty, "sequences_before": {"a": 3}, "sequences": {"a": 9}}

    assert contents.differences(wanted, {**empty, "sequences": {"a": 5}}) == []
    assert contents.differences(wanted, {**empty, "sequences": {"a": 2}}) == [
        {"what": "a", "dumped": "at 9", "restored": "at 2"}
    ]
    assert contents.differences(wanted, {**empty, "sequences": {}}) == [
        {"what": "a", "dumped": "at 9", "restored": "not there"}
    ]


def test_a_run_that_fails_exits_with_one_line(folder: Path, settings: Any) -> None:
    settings.STEWARD_PG_BIN = str(folder)

    with pytest.raises(CommandError, match="There is no pg_dump"):
        call_command("backup", "run")
    assert Run.objects.get().status == "failed"


def test_rights_that_a_table_has_anyway_are_none_that_a_restore_lacks(db: None) -> None:
    """An archived partition has them written down, and a dump leaves them out."""
    fetch("SELECT set_config('search_path', 'public', true)")
    grants = f"SELECT count FROM ({contents.GUARDS}) AS g (kind, count) WHERE kind = 'grants'"
    before = fetch(grants)

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE public.plain (id integer)")
        cursor.execute("REVOKE ALL ON public.plain FROM PUBLIC")
    assert fetch("SELECT relacl IS NOT NULL FROM pg_class WHERE relname = 'plain'")

    assert fetch(grants) == before
    with connection.cursor() as cursor:
        cursor.execute("GRANT SELECT ON public.plain TO steward_member")
    assert fetch(grants) > before


def test_dump_of_a_worker_that_died_goes_before_the_next_one(do: Do, folder: Path) -> None:
    folder.mkdir()
    name = files.name_for("steward", timezone.now())
    (folder / name).write_bytes(b"whole, and nobody has counted what is in it")
    Backup.objects.create(file_name=name, database=connection.settings_dict["NAME"])

    do("back_up")

    assert not (folder / name).exists()
    assert len(list(folder.glob(f"*{files.DUMP}"))) == 1
