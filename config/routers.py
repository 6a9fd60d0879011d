"""The replica gets its tables by replication. What is read there, `ops.replicas` decides."""

from __future__ import annotations

from typing import Any

from ops.replicas.standing import REPLICA


class ReplicaRouter:
    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == REPLICA else None
