from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class OpsConfig(AppConfig):
    name = "ops"
    verbose_name = "Operations"

    def ready(self) -> None:
        from ops import (
            accounts,  # noqa: F401  # importing connects the signals
            checks,  # noqa: F401  # importing registers them
            erasing,
            matviews,
            migrating,
            partitions,
        )
        from ops.alerts import checking

        migrating.quicken()
        autodiscover_modules("operations")
        post_migrate.connect(
            matviews.synchronise_declarations, sender=self, dispatch_uid="declared-views"
        )
        post_migrate.connect(
            partitions.synchronise_declarations, sender=self, dispatch_uid="declared-tables"
        )
        post_migrate.connect(
            erasing.synchronise_declarations, sender=self, dispatch_uid="declared-personal-data"
        )
        post_migrate.connect(
            checking.synchronise_declarations, sender=self, dispatch_uid="declared-alerts"
        )
        post_migrate.connect(quicken_triggers, sender=self, dispatch_uid="quick-triggers")


def quicken_triggers(*, using: str, **_: Any) -> None:
    """After each migrate, because django-pgtrigger writes its own with every trigger."""
    sql = Path(__file__).parent / "sql" / "pgtrigger_should_ignore_v1.sql"
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('public._pgtrigger_should_ignore(name)')")
        if cursor.fetchone()[0]:
            cursor.execute(sql.read_text())
