"""What the alert rules ask."""

from __future__ import annotations

from django.utils import timezone

from ops.models import Backup
from ops.models.backup import Verdict

type Values = dict[str, float]


def kept_backups() -> Values:
    return {"": float(Backup.objects.kept().count())}


def backup_age() -> Values:
    return age_of(Backup.objects.kept().order_by("-id").first())


def proof_age() -> Values:
    """Of what a restore would bring back for certain; while nothing would, of the first backup."""
    proved = Backup.objects.restored().first()
    return age_of(proved or Backup.objects.kept().order_by("id").first())


def age_of(backup: Backup | None) -> Values:
    return {"": (timezone.now() - backup.created_at).total_seconds()} if backup else {}


def broken_backups() -> Values:
    """By file: those that are kept, newer than the last that was restored."""
    last = Backup.objects.restored().first()
    broken = Backup.objects.kept().filter(verdict=Verdict.BROKEN)
    if last:
        broken = broken.filter(pk__gt=last.pk)
    return {backup.file_name: 1.0 for backup in broken}
