"""Point-in-time recovery: whether the server keeps the WAL that it needs, read from the server."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from ops.monitoring.reports import fetch

STATE = """
    SELECT
        a.archived_count, a.failed_count, a.last_archived_wal, a.last_archived_time,
        a.last_failed_wal, a.last_failed_time,
        current_setting('wal_level') AS wal_level,
        current_setting('archive_mode') AS archive_mode,
        current_setting('archive_command') AS archive_command,
        current_setting('archive_library') AS archive_library,
        current_setting('data_directory') AS data_directory,
        current_setting('port') AS port,
        (SELECT setting::integer FROM pg_settings WHERE name = 'archive_timeout')
            AS archive_timeout,
        (
            SELECT count(*) FROM pg_ls_archive_statusdir() AS file
            WHERE right(file.name, 6) = '.ready'
        ) AS waiting
    FROM pg_stat_archiver AS a
"""
# Commands that say yes and keep nothing.
EMPTY = re.compile(r"\s*((/usr)?/bin/)?(true|:)\s*")
# A moment ago at most, on a server whose last file is closed after archive_timeout.
LATEST = timedelta(hours=1)
WAITING_AT_MOST = 10


@dataclass(frozen=True)
class Check:
    name: str
    value: str
    is_sound: bool
    # What to do if it is not.
    advice: str


@dataclass(frozen=True)
class Archiver:
    """`state` is "Off", "Not sound" or "On"."""

    state: str
    sentence: str
    checks: tuple[Check, ...]
    # Of the server, for its configuration.
    data_directory: str
    port: str


def archiver() -> Archiver:
    [row] = fetch(STATE)
    return judged(row, timezone.now())


def judged(row: Mapping[str, Any], now: datetime) -> Archiver:
    checks = tuple(check(row, now) for check in CHECKS)
    wrong = [check.name for check in checks if not check.is_sound]
    if row["archive_mode"] == "off":
        state = "Off"
        sentence = "A restore goes back to the last backup, and to no later moment."
    elif wrong:
        state, sentence = "Not sound", f"Look at: {', '.join(wrong)}."
    else:
        state = "On"
        sentence = "With a base backup, the server can be brought back to any moment since then."
    return Archiver(state, sentence, checks, row["data_directory"], row["port"])


def level(row: Mapping[str, Any], now: datetime) -> Check:
    found = row["wal_level"]
    return Check("wal_level", found, found != "minimal", "Set it to replica, and restart.")


def mode(row: Mapping[str, Any], now: datetime) -> Check:
    found = row["archive_mode"]
    return Check("archive_mode", found, found != "off", "Set it to on, and restart.")


def keeper(row: Mapping[str, Any], now: datetime) -> Check:
    """What takes the files away."""
    if row["archive_library"]:
        return Check("archive_library", row["archive_library"], True, "")
    command = row["archive_command"]
    is_set = command not in ("", "(disabled)") and not EMPTY.fullmatch(command)
    advice = "Set a command that keeps the file, and fails when it cannot."
    return Check("archive_command", command or "not set", is_set, advice)


def last(row: Mapping[str, Any], now: datetime) -> Check:
    moment = row["last_archived_time"]
    value = f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "never"
    is_recent = bool(moment and now - moment < LATEST)
    advice = "Call SELECT pg_switch_wal(), and see in the server's log whether it is archived."
    return Check("Last archived", value, is_recent, advice)


def failure(row: Mapping[str, Any], now: datetime) -> Check:
    failed, archived = row["last_failed_time"], row["last_archived_time"]
    is_over = failed is None or (archived is not None and archived > failed)
    value = "none"
    if failed:
        value = f"{failed:%Y-%m-%d %H:%M:%S} UTC, {row['last_failed_wal']}"
        value += f" ({row['failed_count']:,} in all)"
    return Check("Last failure", value, is_over, "The server's log has what the command said.")


def waiting(row: Mapping[str, Any], now: datetime) -> Check:
    number = row["waiting"]
    advice = "The archive is slower than the server writes; until it follows, the disk fills."
    return Check("Files that wait", f"{number:,}", number <= WAITING_AT_MOST, advice)


def timeout(row: Mapping[str, Any], now: datetime) -> Check:
    seconds = row["archive_timeout"]
    advice = "Set it to 60: a quiet server would keep its last changes to itself for hours."
    value = f"{seconds:,} s" if seconds else "never"
    return Check("archive_timeout", value, 0 < seconds <= LATEST.total_seconds(), advice)


CHECKS: tuple[Callable[[Mapping[str, Any], datetime], Check], ...] = (
    level,
    mode,
    keeper,
    timeout,
    last,
    failure,
    waiting,
)
