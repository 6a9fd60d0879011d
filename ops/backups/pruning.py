"""Deleting backups: those older than they are kept, but for the last that was restored.

Safety: the ledger forgets a backup first, which the database refuses for the last one that was
restored; then the files go. Files that nothing in the ledger names are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from ops import audit
from ops.backups import files
from ops.backups.adopting import adopt
from ops.keys import key_floor
from ops.models import Backup
from ops.models.backup import BackupState
from ops.work import Result, Work

# What is known of backups that are gone, or were never whole.
REMEMBERED = timedelta(days=365)


def outdated() -> list[Backup]:
    """What a prune would delete now, the oldest first. The latest of all stays, too."""
    kept = Backup.objects.kept()
    stays = {each.pk for each in (kept.order_by("-id").first(), kept.restored().first()) if each}
    limit = timezone.now() - timedelta(days=settings.STEWARD_BACKUP_KEEP_DAYS)
    return list(kept.filter(id__lt=key_floor(limit)).exclude(pk__in=stays).order_by("id"))


def prune_backups(work: Work) -> Result:
    """Work of the operation of this name."""
    adopt(work.connection.settings_dict["NAME"])
    delete_leftovers()
    found = outdated()
    freed = 0
    for done, backup in enumerate(found):
        work.progress(done, len(found), backup.file_name)
        freed += forget(backup)
    work.progress(len(found), len(found))
    old = key_floor(timezone.now() - REMEMBERED)
    gone = (BackupState.FAILED, BackupState.DELETED)
    Backup.objects.filter(state__in=gone, id__lt=old).delete()
    return Result(told(found, freed), {"deleted": len(found), "bytes": freed})


def forget(backup: Backup) -> int:
    """Returns the bytes that it freed. Raises IntegrityError for the last that was restored."""
    size = files.size_of(backup.file_name)
    with transaction.atomic():
        backup.state = BackupState.DELETED.value
        backup.save(update_fields=["state"])
        audit.record(action="delete", entity=backup, details={"label": backup.file_name})
    files.delete(backup.file_name)
    return size


def delete_leftovers() -> None:
    """Of backups that the ledger forgot, when the worker died before their files went."""
    gone = Backup.objects.filter(state__in=(BackupState.DELETED, BackupState.FAILED))
    for name in gone.values_list("file_name", flat=True):
        if files.size_of(name):
            files.delete(name)


def told(deleted: Iterable[Backup], freed: int) -> str:
    names = [backup.file_name for backup in deleted]
    if not names:
        return "No backup is older than it is kept."
    number = "1 backup" if len(names) == 1 else f"{len(names):,} backups"
    return f"{number} deleted, {filesizeformat(freed)} freed: {', '.join(names)}."
