"""Views over what is kept of the descriptors; each says in SQL what its rows are."""

from __future__ import annotations

from typing import Any

from django.db import models

from assessments.models import Member
from flavors.models.choices import DescriptorType, TermStatus
from flavors.models.rollup import key_of
from flavors.models.term import Term


class Uses(models.Model):
    """`avg_intensity` is 1 to 5, over the uses that tell one."""

    usage_count = models.BigIntegerField("uses")
    ai_count = models.BigIntegerField("by AI")
    avg_intensity = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    first_used_at = models.DateTimeField("first use", null=True)
    last_used_at = models.DateTimeField("last use", null=True)

    class Meta:
        abstract = True
        managed = False
        default_permissions = ()


class Placed(models.Model):
    """The root of the term's branch, and the child of it on the way."""

    category_id = models.BigIntegerField(null=True)
    category = models.TextField(null=True)
    subcategory_id = models.BigIntegerField(null=True)
    subcategory = models.TextField(null=True)

    class Meta:
        abstract = True


class TermUses(Placed, Uses):
    term = key_of(Term)
    descriptor_type = models.TextField(choices=DescriptorType)
    normalized_form = models.TextField()
    descriptor_text = models.TextField("term")
    status = models.TextField(choices=TermStatus)

    class Meta(Uses.Meta):
        abstract = True


class UserDescriptorSummary(TermUses):
    pk: Any = models.CompositePrimaryKey("user", "term", "descriptor_type")
    user = key_of(Member)

    class Meta(Uses.Meta):
        db_table = "mv_user_descriptor_summary"

    def __str__(self) -> str:
        return f"{self.descriptor_text}: {self.usage_count}"


class GlobalDescriptorStat(TermUses):
    pk: Any = models.CompositePrimaryKey("term", "descriptor_type")
    user_count = models.BigIntegerField("members")

    class Meta(Uses.Meta):
        db_table = "mv_global_descriptor_stats"

    def __str__(self) -> str:
        return f"{self.descriptor_text}: {self.usage_count}"


class CategoryDescriptorSummary(Placed, Uses):
    pk: Any = models.CompositePrimaryKey("category_id", "subcategory_id", "descriptor_type")
    category_id = models.BigIntegerField(help_text="0: of terms without a category.")
    subcategory_id = models.BigIntegerField(help_text="0: of terms of the category itself.")
    descriptor_type = models.TextField(choices=DescriptorType)
    term_count = models.BigIntegerField("terms")

    class Meta(Uses.Meta):
        db_table = "mv_category_descriptor_summary"

    def __str__(self) -> str:
        return f"{self.category}: {self.usage_count}"


class WheelGenerationStat(models.Model):
    """`user` is None for everybody."""

    user = models.OneToOneField(
        Member, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )
    descriptor_count = models.BigIntegerField()
    unique_descriptors = models.BigIntegerField()
    aroma_count = models.BigIntegerField()
    flavor_count = models.BigIntegerField()
    metaphor_count = models.BigIntegerField()
    last_descriptor_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "mv_wheel_generation_stats"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.descriptor_count} descriptors"
