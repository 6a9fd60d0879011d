from __future__ import annotations

from ops.models.alert import Alert, AlertEvent, AlertReading, AlertThreshold
from ops.models.archive import PartitionArchive
from ops.models.audit import AuditEntry
from ops.models.backup import Backup
from ops.models.cache import CacheState
from ops.models.erasure import ErasedMember, PersonalTable
from ops.models.export import ExportFile
from ops.models.history import HistoryEntry
from ops.models.login import LoginSession
from ops.models.matview import ViewState, ViewStatus
from ops.models.move import Move, MoveChange, MovedRow, MoveRefusal
from ops.models.partition import TableState
from ops.models.run import Run, RunEvent
from ops.models.schedule import ScheduleState, ScheduleTick
from ops.models.schema import AppliedMigration, SchemaExpectation
from ops.models.snapshot import PerformanceSnapshot, QueryText

__all__ = [
    "Alert",
    "AlertEvent",
    "AlertReading",
    "AlertThreshold",
    "AppliedMigration",
    "AuditEntry",
    "Backup",
    "CacheState",
    "ErasedMember",
    "ExportFile",
    "HistoryEntry",
    "LoginSession",
    "Move",
    "MoveChange",
    "MoveRefusal",
    "MovedRow",
    "PartitionArchive",
    "PerformanceSnapshot",
    "PersonalTable",
    "QueryText",
    "Run",
    "RunEvent",
    "ScheduleState",
    "ScheduleTick",
    "SchemaExpectation",
    "TableState",
    "ViewState",
    "ViewStatus",
]
