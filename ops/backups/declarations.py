"""What ops look after: the operations, their times, and when somebody is told."""

from __future__ import annotations

from datetime import time, timedelta

from ops.registry import AlertRule, Daily, Every, Operation, Parameter, Schedule

PERMISSION = "ops.change_backup"
SCREEN = "ops_backup_changelist"
HOUR = 3600
# A dump of hundreds of gigabytes, and twice that to restore it.
DUMP_TIMEOUT, DRILL_TIMEOUT = timedelta(hours=12), timedelta(hours=24)

BACKUPS = (
    Operation(
        "back_up",
        "Back up the database",
        work="ops.backups.making.back_up",
        page="ops_backup_changelist",
        permission=PERMISSION,
        target_type="backup",
        parameters=(Parameter("verify", "Restore it afterwards", kind="yes_no"),),
        timeout=DUMP_TIMEOUT,
        retry_after=timedelta(minutes=10),
        about="Dumps the whole database as it stands at one moment. People go on working.",
    ),
    Operation(
        "verify_backup",
        "Verify a backup",
        work="ops.backups.drills.verify_backup",
        page="ops_backup_changelist",
        permission=PERMISSION,
        target_type="backup",
        parameters=(Parameter("backup", "Backup", help="The latest if empty."),),
        timeout=DRILL_TIMEOUT,
        priority="low",
        about="Restores it into a scratch database, compares every table, and drops that again.",
    ),
    Operation(
        "prune_backups",
        "Delete old backups",
        work="ops.backups.pruning.prune_backups",
        page="ops_backup_changelist",
        permission=PERMISSION,
        target_type="backup",
        priority="low",
        about="Deletes what is older than it is kept; never the last that was restored.",
    ),
    Operation(
        "keep_erasures",
        "Keep who was erased beside the backups",
        work="ops.backups.erasures.keep_erasures",
        permission=PERMISSION,
        target_type="backup",
        priority="low",
        about="Whoever is in an older backup still is erased again when it is restored.",
    ),
    Schedule("backup", "back_up", Daily(time(1, 30)), parameters={"verify": True}),
    Schedule("prune-backups", "prune_backups", Daily(time(5, 30))),
    Schedule("keep-erasures", "keep_erasures", Every(timedelta(minutes=15)), catch_up="skip"),
    AlertRule(
        "backup-missing",
        "Backups",
        "ops.backups.measures.kept_backups",
        warning=None,
        critical=1,
        wrong_when="below",
        about="Make one now: without any, all would be lost with the disk. The runs of “Back up the"
        " database” say why none succeeded.",
        page=SCREEN,
    ),
    AlertRule(
        "backup-age",
        "Age of the last backup",
        "ops.backups.measures.backup_age",
        warning=None,
        critical=26 * HOUR,
        unit="seconds",
        about="The runs of “Back up the database” say why there is none since. Until there is one,"
        " what changed since then would be lost with the disk.",
        page=SCREEN,
    ),
    AlertRule(
        "backup-proof-age",
        "Age of the last backup that was restored",
        "ops.backups.measures.proof_age",
        warning=50 * HOUR,
        critical=8 * 24 * HOUR,
        unit="seconds",
        about="A backup counts when it has been restored: verify one.",
        page=SCREEN,
    ),
    AlertRule(
        "backup-broken",
        "Backups that did not restore",
        "ops.backups.measures.broken_backups",
        warning=None,
        critical=0,
        about="Its page says what differs. Make another one, verify it, and look at the disk.",
        page=SCREEN,
    ),
)
