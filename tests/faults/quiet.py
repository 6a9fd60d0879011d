"""What is over when nobody has begun anything for a while."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis

from quizbank.intake.stream import GROUP, STREAM
from tests.faults.breaking import Scene

# Of what was ordered before the rest began: schedules go on.
RUNS = """
    SELECT operation || ' ' || target || ': ' || status || ' ' || error FROM public.ops_run
    WHERE status IN ('pending', 'processing') AND created_at < clock_timestamp() - interval '3 s'
        AND NOT (schedule <> '' AND created_at > clock_timestamp() - interval '20 s')
"""
ACTIVE = "SELECT operation || ' ' || target FROM public.ops_run WHERE rank > 0"
UNCOUNTED = """
    SELECT count(*) || ' batches of answers are not counted'
    FROM public.uncounted_answers HAVING count(*) > 0
"""
IDLE = """
    SELECT application_name || ': idle in transaction, ' || query FROM pg_stat_activity
    WHERE datname = current_database() AND state LIKE 'idle in transaction%%'
        AND state_change < now() - interval '5 s'
"""
# Session locks without a run that works: whose connection is it?
LOCKS = """
    SELECT a.application_name || ' holds an advisory lock: ' || a.query
    FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database()
        AND a.state = 'idle'
        AND a.state_change < now() - interval '5 s' AND NOT EXISTS (
            SELECT FROM public.ops_run AS r
            WHERE r.rank > 0 AND a.application_name = 'steward run ' || r.id
        )
"""
# Schedules are off, no run is left: nobody may hold one.
ANY_LOCK = """
    SELECT a.application_name || ' holds an advisory lock: ' || a.query
    FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
    WHERE l.locktype = 'advisory' AND a.datname = current_database()
        AND a.pid <> pg_backend_pid()
"""
OFF = "UPDATE public.ops_schedules SET is_enabled = false"


@dataclass
class Quiet:
    scene: Scene
    # Of the last look, for who waits in vain.
    left: list[str] = field(default_factory=list)
    runs: str = RUNS

    def is_there(self) -> bool:
        self.left = list(self.what_is_left())
        return not self.left

    def what_is_left(self) -> Iterator[str]:
        if not self.scene.crew.are_all_there():
            yield "a process is not there"
        queries = [self.runs, UNCOUNTED, IDLE, LOCKS if self.runs == RUNS else ANY_LOCK]
        for query in queries:
            yield from (str(row[0]) for row in self.scene.house.ask(query))
        yield from self.in_the_stream()
        if self.runs != RUNS:
            yield from self.partial_files()

    def in_the_stream(self) -> Iterator[str]:
        client = self.scene.house.queue()
        try:
            waiting: Any = client.xlen(STREAM)
            groups: Any = client.xinfo_groups(STREAM) if waiting or client.exists(STREAM) else []
        except redis.RedisError as error:
            yield f"Redis: {error}"
            return
        if waiting:
            yield f"{waiting} messages are in the stream"
        for group in groups:
            if group["pending"]:
                yield f"{group['pending']} messages are pending in {GROUP}"

    def partial_files(self) -> Iterator[str]:
        """Of archives, exports and backups."""
        for path in sorted(Path(self.scene.house.disk.folder).rglob("*")):
            if path.suffix == ".partial" or path.name.startswith(("part-", "parts.json")):
                yield f"a partial file: {path.relative_to(self.scene.house.disk.folder)}"

    def switch_schedules_off(self) -> None:
        """What follows is the end: no run at all is left."""
        self.scene.house.ask(OFF)
        self.runs = ACTIVE
