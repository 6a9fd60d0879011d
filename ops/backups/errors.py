from __future__ import annotations

from django.db import OperationalError


class BackupFailed(OperationalError):
    """Another try may help; the text tells a person what happened, in one line."""
