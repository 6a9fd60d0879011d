from __future__ import annotations

from django.db import OperationalError


class BackupFailed(OperationalError):
    """Another try may help; the text tells a person what happened, in one line."""


class Interrupted(BackupFailed):
    """The program was ended, or lost its server or its disk: it says nothing of the backup."""
