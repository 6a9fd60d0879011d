"""Archive, drop and restore under fire, with real processes and servers of its own.

    uv run python -m tests.ops.archive.kill_rounds --rounds 60 --rows 100000 --seed 1

Each round is one operation on a month of the action log; at a random moment of it something is
killed or wiped, then the ledger has to bring it to its end. Whatever was killed, the rows must be
in one place, and after each restore they must be those of the beginning. Exits 1 at the first that
are not.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from config import services
from config.supervisor import kill_session

MONTH = "audit_logs_2020_01"
OPERATIONS = ("archive_partition", "drop_partition", "restore_partition")
QUIET = timedelta(seconds=1.5)


class Fire:
    def __init__(self, data: Path, rows: int, seed: int) -> None:
        from django.db import connection

        self.data, self.connection = data, connection
        self.random = random.Random(seed)  # noqa: S311
        self.worker: subprocess.Popen[bytes] | None = None
        self.kills: Counter[str] = Counter()
        self.seconds: dict[str, float] = {}
        self.sql("SELECT public.create_partition('audit_logs', 'month', '2020-01-15')")
        self.sql(
            "INSERT INTO audit_logs (id, actor_name, action, entity_type, entity_id, details)"
            " SELECT (left(public.uuid_floor('2020-01-02')::text, 24) || lpad(to_hex(n), 12, '0'))"
            "::uuid, 'ada', 'publish', 'question', n, jsonb_build_object('n', n, 't', md5(n::text))"
            " FROM generate_series(1, %s) AS n",
            rows,
        )
        self.sql("ANALYZE audit_logs")
        self.rows, self.wanted = rows, self.fingerprint()

    # --- What holds ------------------------------------------------------------------------------
    def sql(self, text: str, *params: Any) -> list[tuple[Any, ...]]:
        """Goes on after a restart of the server."""
        from django.db import Error

        for _ in range(200):
            try:
                with self.connection.cursor() as cursor:
                    cursor.execute(text, params)
                    return cursor.fetchall() if cursor.description else []
            except Error:
                self.connection.close()
                time.sleep(0.1)
        raise SystemExit("The database did not come back.")

    def fingerprint(self) -> tuple[Any, ...]:
        return self.sql(
            "SELECT count(*), md5(string_agg(md5(a::text), '' ORDER BY id)) FROM audit_logs AS a"
            " WHERE id < public.uuid_floor('2021-01-01')"
        )[0]

    def check(self, operation: str) -> None:
        held = self.sql("SELECT to_regclass(%s) IS NOT NULL", f"steward_archive.{MONTH}")[0][0]
        here = self.fingerprint()
        places = {
            "archive_partition": (True, (0, None)),
            "drop_partition": (False, (0, None)),
            "restore_partition": (False, self.wanted),
        }
        if (held, here) != places[operation]:
            raise SystemExit(f"After {operation}: held {held}, in the table {here}.")
        if held:
            rows = self.sql(f"SELECT count(*) FROM steward_archive.{MONTH}")[0][0]
            if rows != self.rows:
                raise SystemExit(f"After {operation}: {rows} rows are held, not {self.rows}.")

    # --- What is killed --------------------------------------------------------------------------
    def kill_worker(self) -> None:
        if self.worker:
            kill_session(self.worker.pid)

    def kill_horse(self) -> None:
        """The forked process that does the work."""
        if self.worker:
            found = subprocess.run(
                ["pgrep", "-P", str(self.worker.pid)], capture_output=True, text=True, check=False
            )
            for pid in found.stdout.split():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)

    def kill_backend(self) -> None:
        """SIGKILL to the backend that works: PostgreSQL restarts all of them."""
        found = self.sql(
            "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'steward run%%'"
        )
        for (pid,) in found[:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def terminate_all(self) -> None:
        """Every session of the work, that which copies included."""
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )

    def restart_postgres(self) -> None:
        services.stop(self.data, only=("postgres",))
        services.start(self.data)

    def crash_postgres(self) -> None:
        pid = services.status(self.data).postgres.pid
        if pid:
            os.kill(pid, signal.SIGKILL)
        services.start(self.data)

    def flush_redis(self) -> None:
        import django_rq

        django_rq.get_connection("normal").flushall()

    def crash_redis(self) -> None:
        pid = services.status(self.data).redis.pid
        if pid:
            os.kill(pid, signal.SIGKILL)
        services.start(self.data)

    # --- A round ---------------------------------------------------------------------------------
    def ensure_worker(self) -> None:
        if self.worker is None or self.worker.poll() is not None:
            self.worker = subprocess.Popen(
                [sys.executable, "manage.py", "rqworker", "high", "normal", "low", "-v", "0"],
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def round(self, operation: str, kill: Callable[[], None] | None) -> None:
        from ops.models import Run
        from ops.runs import enqueue

        parameters = {} if operation == "restore_partition" else {"force": True}
        run, _ = enqueue(operation=operation, target=f"audit_logs.{MONTH}", parameters=parameters)
        self.ensure_worker()
        started = time.monotonic()
        self.until(lambda: Run.objects.filter(pk=run.pk, status="processing").exists(), run.pk)
        began = time.monotonic()
        if kill:
            time.sleep(self.random.uniform(0, 1.1 * self.seconds[operation]))
            kill()
            self.kills[f"{kill.__name__} in {operation}"] += 1
        self.until(lambda: not Run.objects.active().filter(pk=run.pk).exists(), run.pk)
        if not kill:
            self.seconds[operation] = time.monotonic() - began
        run.refresh_from_db()
        took = time.monotonic() - started
        print(
            f"{operation:18} {kill.__name__ if kill else '-':17} {took:5.1f} s,"
            f" {run.attempts} tries: {run.status} {run.result or run.error}",
            flush=True,
        )
        if run.status != "completed":
            raise SystemExit("The run did not come to its end.")
        self.check(operation)

    def until(self, condition: Callable[[], bool], run_id: Any, seconds: float = 120) -> None:
        """What the ticker and a supervisor do, in quick time."""
        from django.db import Error
        from redis import RedisError

        from ops.models import Run
        from ops.runs import reap, send_lost

        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if condition() or not Run.objects.active().filter(pk=run_id).exists():
                    return
                Run.objects.filter(pk=run_id, status="pending").update(next_retry_at=None)
                reap(silent_for=QUIET)
                send_lost(older_than=timedelta(0))
            except Error:
                self.connection.close()
            except RedisError:
                pass
            self.ensure_worker()
            time.sleep(0.02)
        raise SystemExit(f"Nothing became of run {run_id}.")

    def run(self, rounds: int) -> None:
        kills = [
            self.kill_worker, self.kill_horse, self.kill_backend, self.terminate_all,
            self.restart_postgres, self.crash_postgres, self.flush_redis, self.crash_redis,
        ]  # fmt: skip
        for operation in OPERATIONS:
            self.round(operation, None)
        for number in range(rounds):
            self.round(OPERATIONS[number % 3], self.random.choice(kills))
        while rounds % 3:
            self.round(OPERATIONS[rounds % 3], None)
            rounds += 1
        for what, times in sorted(self.kills.items()):
            print(f"{times:3} {what}")

    def end(self) -> None:
        self.kill_worker()
        self.connection.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        os.environ |= {
            "STEWARD_DATA": folder,
            "STEWARD_ARCHIVE_DIR": f"{folder}/archive",
            "STEWARD_INSECURE_HTTP": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        services.ensure_environment(data)
        try:
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            fire = Fire(data, options.rows, options.seed)
            try:
                fire.run(options.rounds)
            finally:
                fire.end()
        finally:
            services.stop(data)
    print(f"{options.rounds} rounds of {options.rows:,} rows: nothing lost, nothing twice.")


if __name__ == "__main__":
    main()
