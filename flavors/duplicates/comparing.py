"""Compares the whole lexicon, in a run."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from flavors.models import Term
from ops.latest import Done, last_with_figure
from ops.work import Result, Work

COMPARISON = "find_duplicate_terms"
# Uses change the order, even where no term is added.
LONGEST = timedelta(days=1)


def last_comparison() -> Done | None:
    """With `newest`, the key of the last term that it saw."""
    return last_with_figure(COMPARISON, "newest")


def terms_since(comparison: Done | None) -> int:
    """How many terms were made since. Uses index: the primary key."""
    newest = comparison.figures["newest"] if comparison else 0
    return Term.objects.filter(pk__gt=newest).count()


def find_duplicate_terms(work: Work) -> Result:
    """The work of the operation of this name. A schedule's is skipped while nothing changed."""
    before = last_comparison()
    if before and work.requested_by_id is None and is_fresh(before):
        return Result("No term was added since: nothing to compare.")
    work.progress(note=f"Comparing {Term.objects.count():,} terms.")
    with transaction.atomic(), connection.cursor() as cursor:
        newest = Term.objects.aggregate(newest=Max("pk"))["newest"] or 0
        cursor.execute("SELECT pairs, added, gone FROM public.compare_terms()")
        pairs, added, gone = cursor.fetchone()
    return Result(
        f"{pairs:,} pairs may be duplicates: {added:,} of them are new, {gone:,} are gone.",
        {"pairs": pairs, "added": added, "gone": gone, "newest": newest},
    )


def is_fresh(comparison: Done) -> bool:
    return timezone.now() - comparison.ended_at < LONGEST and not terms_since(comparison)
