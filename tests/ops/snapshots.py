"""Snapshots as they would have been taken some time ago."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone


def insert_snapshot(ago: timedelta, **columns: Any) -> None:
    names = ", ".join(columns)
    values = ", ".join("%s::jsonb" for _ in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT public.create_partition('performance_snapshots', 'month', %s)",
            [(timezone.now() - ago).date()],
        )
        cursor.execute(
            f"INSERT INTO performance_snapshots (id, server_started, counted_since, {names})"
            f" VALUES (uuidv7(-%s), now(), '2026-01-01', {values})",
            [ago, *(json.dumps(value) for value in columns.values())],
        )
