"""Work functions: safe to run twice."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from ops.work import Work
from quizbank.models import ImportBatch
from quizbank.models.importing import BatchStatus

PREVIEW_LIFETIME = timedelta(days=7)


def discard_old_previews(work: Work) -> str:
    """Drop the uploaded files of previews that nobody confirmed within a week."""
    old = ImportBatch.objects.filter(
        status=BatchStatus.PREVIEW, created_at__lt=timezone.now() - PREVIEW_LIFETIME
    )
    return f"{old.update(status=BatchStatus.DISCARDED, file=None):,} previews discarded."
