"""Work functions: safe to run twice."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from ops.work import Work
from quizbank.models import ImportBatch
from quizbank.models.importing import CONFIRMABLE, BatchStatus

PREVIEW_LIFETIME = timedelta(days=7)


def discard_old_previews(work: Work) -> str:
    """Drop the files of previews, and of imports that failed, after a week without confirmation."""
    old = ImportBatch.objects.filter(
        status__in=CONFIRMABLE, created_at__lt=timezone.now() - PREVIEW_LIFETIME
    )
    return f"{old.update(status=BatchStatus.DISCARDED, file=None):,} previews discarded."
