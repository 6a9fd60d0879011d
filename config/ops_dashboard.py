"""What ops look at first: one query, whatever there is."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from config.cards import Card, card
from ops.admin.actions import in_words
from ops.admin.monitoring.cells import written
from ops.admin.monitoring.pages import LIGHTS, shown
from ops.alerts.levels import rule_named
from ops.keys import midnight
from ops.models import AlertReading
from ops.models.alert import Level
from ops.monitoring import services
from ops.monitoring.overview import lights_of
from ops.registry import Schedule, declared
from ops.schedules import PUNCTUAL, latest_moment

BACKUP_AGE = "backup-age"
QUERY = (Path(__file__).resolve().parent / "sql" / "ops_dashboard.sql").read_text()


def facts() -> dict[str, Any]:
    """As the query names them; moments as datetimes."""
    now = timezone.now()
    schedules = declared(Schedule)
    week = timezone.localdate() - timedelta(days=7)
    values: dict[str, Any] = {
        "week": midnight(week),
        "schedules": list(schedules),
        "moments": [latest_moment(schedule, now) for schedule in schedules.values()],
        "punctual": PUNCTUAL,
    }
    with connection.cursor() as cursor:
        cursor.execute(QUERY, values)
        (found,) = cursor.fetchone()
    return json.loads(found) | {"since": week}


def waiting(found: dict[str, Any]) -> list[Card]:
    """What somebody has to do something about."""
    runs, partitions = "ops_run_changelist", "ops_partitionarchive_changelist"
    failed = f"?status__exact=failed&created_at_from={found['since']}"
    return [
        card(
            "Alerts nobody sees to", found["unseen_alerts"], "ops_alert_changelist", "?state=unseen"
        ),
        card("Runs that failed this week", found["failed_runs"], runs, failed),
        card("Schedules that are late", found["late_schedules"], "ops_schedulestate_changelist"),
        card(
            "Stale views", found["stale_views"], "ops_viewstatus_changelist", "?is_stale__exact=1"
        ),
        card("Tables with too few partitions ahead", found["tables_without_future"], partitions),
        card("Partitions stopped half way", found["stopped_archives"], partitions),
        card("Held partitions whose hold is over", found["held_too_long"], partitions),
        card("Partitions whose retention is over", found["due_partitions"], partitions),
        card(
            "Imports that failed this week",
            found["failed_imports"],
            "quizbank_importbatch_changelist",
            "?status__exact=failed",
        ),
        card("Failed logins in a day", found["failed_logins"], "axes_accessattempt_changelist"),
    ]


def glance(found: dict[str, Any]) -> list[Card]:
    query = "?status__exact=processing"
    return [card("Runs going on", found["running_runs"], "ops_run_changelist", query)]


def section(found: dict[str, Any]) -> dict[str, Any]:
    """For the template."""
    readings = [AlertReading(**reading) for reading in found["readings"]]
    checked = moment(found["measured_at"])
    asked = [*services.of_redis(), services.ticker(moment(found["ticked_at"]))]
    asked.append(services.checks(checked))
    lights = shown([*asked, *lights_of(readings, found["watched"])])
    return {
        "wrong": [each for each in lights if each[0].level != Level.OK],
        "well": [each for each in lights if each[0].level == Level.OK],
        "measured_at": checked,
        "alerts": [
            each | {"at": moment(each["created_at"]), "kind": LIGHTS[Level(each["level"])]}
            for each in found["alerts"]
        ],
        "open_alerts": found["open_alerts"],
        "running": [run_line(each) for each in found["running"]],
        "failed": [run_line(each) for each in found["failed"]],
        "snapshot_at": moment(found["snapshot_at"]),
        "facts": figures(found),
    }


def run_line(run: dict[str, Any]) -> dict[str, Any]:
    title = f"{in_words(run['operation'])} {run['target']}".strip()
    done, total = run.get("progress_done"), run.get("progress_total")
    return run | {
        "title": title,
        "address": reverse("admin:ops_run_change", args=[run["id"]]),
        "percent": round(100 * done / total) if done is not None and total else None,
        "at": moment(run.get("finished_at") or run.get("started_at")),
    }


def figures(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(what, figure, address); those that nobody knows are left out."""
    page = "admin:ops_performancesnapshot_{}"
    tables, server = reverse(page.format("tables")), reverse(page.format("server"))
    said = []
    if found["bytes"] is not None:
        said.append(("Size of the database", written("bytes", found["bytes"]), tables))
    if found["grown"] is not None:
        sign = "" if found["grown"] < 0 else "+"
        since = moment(found["grown_since"])
        said.append(
            (f"Since {since:%Y-%m-%d}", f"{sign}{written('bytes', found['grown'])}", tables)
        )
    said += [
        (rule.title, written(rule.unit, reading["value"]), reverse(f"admin:{rule.page}"))
        for reading in found["readings"]
        if reading["rule"] == BACKUP_AGE
        and reading["value"] is not None
        and (rule := rule_named(BACKUP_AGE))
    ]
    for replica in found["replicas"]:
        behind = written("seconds", replica["seconds"] or 0)
        said.append((f"Replica {replica['name']}", f"{replica['state']}, {behind} behind", server))
    return said


def moment(text: str | None) -> datetime | None:
    return timezone.localtime(datetime.fromisoformat(text)) if text else None
