"""What is kept of the descriptors, so that nobody has to count them.

Filled by fold_descriptor_changes() alone, by the raw term; what a term was merged into, and its
category, are looked up when read. Of an archived month it stays. Everybody are the active members:
who is hidden is in no figure but their own.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from assessments.models import Member
from flavors.models.choices import DescriptorType, WheelType
from flavors.models.term import Term


def key_of(model: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        model, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )


class Uses(models.Model):
    """`intensity_sum` is over those `intensity_count` uses that tell an intensity."""

    uses = models.BigIntegerField()
    ai_uses = models.BigIntegerField()
    intensity_sum = models.BigIntegerField()
    intensity_count = models.BigIntegerField()

    class Meta:
        abstract = True
        default_permissions = ()


class MemberTerm(models.Model):
    """A member's uses of a term as one type in one month (UTC), for items of one category."""

    pk = models.CompositePrimaryKey("term", "user", "descriptor_type", "month", "item_category")
    user = key_of(Member)
    term = key_of(Term)
    month = models.DateField(help_text="Its first day.")
    uses = models.IntegerField()
    ai_uses = models.IntegerField()
    intensity_sum = models.IntegerField()
    intensity_count = models.IntegerField()
    first_used_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    descriptor_type = models.TextField(choices=DescriptorType)
    item_category = models.TextField(default="", db_default="")
    counts = models.BooleanField(
        default=True, db_default=True, help_text="In the figures of everybody."
    )

    class Meta:
        db_table = "descriptor_member_terms"
        default_permissions = ()
        indexes = (
            # A member's wheel, and the count of their months.
            models.Index(fields=("user", "month"), name="member_terms_of_member"),
        )

    def __str__(self) -> str:
        return f"{self.month}: {self.uses}"


class TermMonth(Uses):
    """The uses of a term as one type in one month (UTC), and the members that they are of."""

    pk = models.CompositePrimaryKey("term", "descriptor_type", "month")
    term = key_of(Term)
    descriptor_type = models.TextField(choices=DescriptorType)
    month = models.DateField(help_text="Its first day.")
    members = models.BigIntegerField()

    class Meta(Uses.Meta):
        db_table = "descriptor_term_months"

    def __str__(self) -> str:
        return f"{self.month}: {self.uses}"


class TermTotal(Uses):
    """The uses of a term as one type, and the members that they are of."""

    pk = models.CompositePrimaryKey("term", "descriptor_type")
    term = key_of(Term)
    descriptor_type = models.TextField(choices=DescriptorType)
    members = models.BigIntegerField()
    first_used_at = models.DateTimeField()
    last_used_at = models.DateTimeField()

    class Meta(Uses.Meta):
        db_table = "descriptor_term_totals"
        indexes = (
            # The most used terms of a type.
            models.Index(fields=("descriptor_type", "-uses"), name="term_totals_by_use"),
        )

    def __str__(self) -> str:
        return f"{self.descriptor_type}: {self.uses}"


class WheelTerm(models.Model):
    """Everybody's uses of a term, with what was merged into it, as the types of one wheel."""

    pk = models.CompositePrimaryKey("term", "wheel_type")
    term = key_of(Term)
    wheel_type = models.TextField(choices=WheelType)
    category_id = models.BigIntegerField(
        help_text="Where the term was at the last refresh; 0: in no category."
    )
    uses = models.BigIntegerField()
    intensity_sum = models.BigIntegerField()
    intensity_count = models.BigIntegerField()

    class Meta:
        db_table = "descriptor_wheel_terms"
        default_permissions = ()
        indexes = (
            # The wheel of everybody: the most used terms of each branch.
            models.Index(
                fields=("wheel_type", "category_id", "-uses", "term"),
                name="wheel_terms_by_branch",
            ),
        )

    def __str__(self) -> str:
        return f"{self.wheel_type}: {self.uses}"


class ItemCategoryTotal(Uses):
    """The uses of a term as one type for items of one category, which has a name."""

    pk = models.CompositePrimaryKey("term", "item_category", "descriptor_type")
    item_category = models.TextField()
    term = key_of(Term)
    category_id = models.BigIntegerField(
        null=True,
        help_text="Where the term, or what it was merged into, was at the last refresh; 0: in no"
        " category. None: rejected.",
    )
    descriptor_type = models.TextField(choices=DescriptorType)

    class Meta(Uses.Meta):
        db_table = "descriptor_item_category_totals"
        indexes = (
            # The wheel of an item category: the most used terms of each branch.
            models.Index(
                fields=("item_category", "category_id", "descriptor_type", "-uses"),
                name="item_category_terms_by_branch",
            ),
        )

    def __str__(self) -> str:
        return f"{self.item_category}: {self.uses}"


class ItemCategoryBranch(models.Model):
    """The sums of ItemCategoryTotal by category, but of rejected terms."""

    pk = models.CompositePrimaryKey("item_category", "category_id", "descriptor_type")
    item_category = models.TextField()
    category_id = models.BigIntegerField()
    descriptor_type = models.TextField(choices=DescriptorType)
    uses = models.BigIntegerField()

    class Meta:
        db_table = "descriptor_item_category_branches"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.item_category}: {self.uses}"


class DescriptorDay(models.Model):
    """All descriptors of one day (UTC) of the last year, and their different terms, sorted."""

    day = models.DateField(primary_key=True)
    uses = models.BigIntegerField()
    intensity_sum = models.BigIntegerField()
    intensity_count = models.BigIntegerField()
    term_ids = ArrayField(models.BigIntegerField())

    class Meta:
        db_table = "descriptor_days"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.day}: {self.uses}"


class DescriptorMonth(Uses):
    """All descriptors of one month (UTC), and the members that they are of."""

    month = models.DateField(primary_key=True, help_text="Its first day.")
    members = models.BigIntegerField()

    class Meta(Uses.Meta):
        db_table = "descriptor_months"

    def __str__(self) -> str:
        return f"{self.month}: {self.uses}"
