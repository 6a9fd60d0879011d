"""What the alert rules ask. An installation that never made a backup counts from its first day."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from ops.models import Backup, ScheduleState
from ops.models.backup import Verdict

type Values = dict[str, float]


def backup_age() -> Values:
    return age_since(Backup.objects.kept().order_by("-id").first())


def proof_age() -> Values:
    """Of what a restore would bring back for certain."""
    return age_since(Backup.objects.restored().first())


def age_since(backup: Backup | None) -> Values:
    moment = backup.created_at if backup else first_day()
    return {"": (timezone.now() - moment).total_seconds()} if moment else {}


def first_day() -> datetime | None:
    """None until the ticker looked: nothing was to be done yet."""
    return ScheduleState.objects.filter(name="backup").values_list("since", flat=True).first()


def broken_backups() -> Values:
    """By file: those that are kept, newer than the last that was restored."""
    last = Backup.objects.restored().first()
    broken = Backup.objects.kept().filter(verdict=Verdict.BROKEN)
    if last:
        broken = broken.filter(pk__gt=last.pk)
    return {backup.file_name: 1.0 for backup in broken}
