"""Reports on the server: transactions, replication, the archiver, sequences, settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ops.monitoring.reports import Column, Report

GB = 1024**3
MB = 1024**2

SERVER = (
    Report(
        "wraparound",
        "Transaction ids",
        "At 100 % of the limit a database refuses to write. PostgreSQL vacuums by force long"
        " before; what holds it up stands below.",
        "SELECT * FROM public.v_wraparound",
        (
            Column("datname", "Database", "text"),
            Column("xid_age", "Age"),
            Column("mxid_age", "Age of multixacts"),
            Column("percent_of_limit", "Of the limit", "percent"),
            Column("percent_of_forced_vacuum", "Of forced vacuum", "percent"),
        ),
        "There is no database.",
        by="xid_age",
    ),
    Report(
        "horizon",
        "Who keeps dead rows from being cleaned",
        "The oldest decides for all.",
        "SELECT * FROM public.v_xmin_horizon LIMIT 20",
        (
            Column("holder", "What", "text"),
            Column("id", "Which", "text"),
            Column("xmin_age", "Transactions since"),
        ),
        "Nobody does.",
        by="xmin_age",
    ),
    Report(
        "replicas",
        "Replicas",
        "Those that stream from this server.",
        "SELECT * FROM public.v_replicas",
        (
            Column("application_name", "Name", "text"),
            Column("client_addr", "Address", "text"),
            Column("state", "State", "text"),
            Column("sync_state", "Commit waits", "text"),
            Column("behind_bytes", "Behind", "bytes"),
            Column("replay_seconds", "Behind in time", "seconds"),
        ),
        "No replica streams from this server.",
    ),
    Report(
        "slots",
        "Replication slots",
        "An inactive one keeps WAL until the disk is full.",
        "SELECT * FROM public.v_replication_slots",
        (
            Column("slot_name", "Slot", "text"),
            Column("slot_type", "Type", "text"),
            Column("active", "Active", "yes"),
            Column("wal_status", "WAL", "text"),
            Column("inactive_since", "Inactive since", "moment"),
            Column("retained_bytes", "WAL kept", "bytes"),
        ),
        "There is none.",
    ),
    Report(
        "archiver",
        "WAL archiver",
        "Without it, a restore goes back to the last backup, and to no later moment.",
        "SELECT * FROM public.v_archiver",
        (
            Column("is_failing", "Failing", "yes"),
            Column("archived_count", "Archived"),
            Column("last_archived_time", "Last", "moment"),
            Column("failed_count", "Failed"),
            Column("last_failed_time", "Last failure", "moment"),
        ),
        "archive_mode is off.",
    ),
    Report(
        "sequences",
        "Sequences",
        "By how much of their column's type is used.",
        "SELECT * FROM public.v_sequence_usage LIMIT 20",
        (
            Column("sequencename", "Sequence", "text"),
            Column("tablename", "Table", "text"),
            Column("columnname", "Column", "text"),
            Column("last_value", "Last value"),
            Column("percent_used", "Used", "percent"),
        ),
        "There is none.",
    ),
)


@dataclass(frozen=True)
class Advice:
    setting: str
    value: str
    advised: str
    is_followed: bool
    reason: str


@dataclass(frozen=True)
class Rule:
    """`advised` of the memory in bytes; a setting within half and twice of it is followed."""

    setting: str
    advised: Callable[[int], int]
    reason: str


RULES = (
    Rule("shared_buffers", lambda memory: memory // 4, "A quarter of the memory (seed 004)."),
    Rule("effective_cache_size", lambda memory: memory // 2, "Half of the memory (seed 004)."),
    Rule(
        "work_mem",
        lambda memory: min(64 * MB, memory // 256),
        "64 MB (seed 004), less on small machines: each sort of each session may take it.",
    ),
    Rule(
        "maintenance_work_mem",
        lambda memory: min(GB, memory // 16),
        "A sixteenth, at most 1 GB: builds of indexes and vacuum.",
    ),
)
PLAIN = {
    "max_parallel_workers_per_gather": ("4", "Reports over large tables (seed 004)."),
    "random_page_cost": ("1.1", "For SSDs; the default of 4 is a spinning disk's."),
    "track_io_timing": ("on", "Otherwise the queries' I/O times stay 0."),
    "autovacuum": ("on", "Without it tables bloat and transaction ids run out."),
    "statement_timeout": ("0", "Set by connection: Steward does so for its own."),
}


def memory_here() -> int:
    """Bytes of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


SETTINGS = (*(rule.setting for rule in RULES), *PLAIN)
UNITS = {"B": 1, "kB": 1024, "MB": MB, "GB": GB, "TB": 1024 * GB}


def bytes_of(setting: str) -> int:
    """As the server writes sizes: "128MB"."""
    digits = setting.rstrip("kBMGT")
    return int(digits) * UNITS[setting[len(digits) :]]


def advice(memory: int | None, settings: Mapping[str, str]) -> list[Advice]:
    """Without knowing the memory only what does not depend on it. `settings` has SETTINGS."""
    said = []
    for rule in RULES if memory else ():
        shown = settings[rule.setting]
        wanted = rule.advised(memory or 0)
        near = wanted / 2 <= bytes_of(shown) <= wanted * 2
        said.append(Advice(rule.setting, shown, as_setting(wanted), near, rule.reason))
    for name, (wanted_text, reason) in PLAIN.items():
        shown = settings[name]
        said.append(Advice(name, shown, wanted_text, shown == wanted_text, reason))
    return said


def as_setting(size: int) -> str:
    """As postgresql.conf writes it: "4GB", "64MB"."""
    return f"{size // GB}GB" if size >= GB and size % GB < GB // 8 else f"{size // MB}MB"
