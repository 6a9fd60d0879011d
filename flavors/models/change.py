"""What the roll-ups over the descriptors do not hold yet."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from assessments.models import Member
from flavors.models.term import Term


class DescriptorChange(models.Model):
    """A statement changed `rows` descriptors of this member in this month (UTC): written by a
    trigger in the statement's transaction, one row a member and month, appended only, so that
    writers share no row. Who counts the months of these members again deletes the marks in the same
    transaction.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        Member,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name="member",
    )
    month = models.DateField(help_text="Its first day.")
    first_day = models.DateField(null=True, help_text="Of the descriptors (UTC).")
    last_day = models.DateField(null=True)
    rows = models.PositiveIntegerField()
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "descriptor_changes"
        ordering = ("id",)
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.month}: {self.rows}"


class TermMove(models.Model):
    """A term was merged, taken out of a merge, put into a category or rejected: written by a
    trigger, appended only, deleted by who has placed its uses again.
    """

    id = models.BigAutoField(primary_key=True)
    term = models.ForeignKey(
        Term, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "descriptor_term_moves"
        ordering = ("id",)
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.term_id)
