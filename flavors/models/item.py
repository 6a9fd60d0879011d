"""What is kept of items that many noted something of, so that their wheels need not count it.

Everybody's uses of a term for an item: `ItemTerm`, and what ItemChange adds to it. Of attached
months and active members alone, and of the types that wheels show. Triggers write what comes and
goes, fold_into_items() adds it up; what differs from these months is counted again.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from flavors.models.choices import DescriptorType
from flavors.models.rollup import key_of
from flavors.models.term import Term


class DescriptorItem(models.Model):
    """`uses`: of active members at the last refresh. Of kept_item_size() and more it is kept from
    the next refresh on; without any it is deleted.
    """

    id = models.AutoField(primary_key=True)
    item_name = models.TextField(unique=True)
    uses = models.BigIntegerField()
    is_kept = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "descriptor_items"
        default_permissions = ()

    def __str__(self) -> str:
        return self.item_name


class ItemUses(models.Model):
    """`…_sum` is over those `…_rated` uses that tell an intensity."""

    aroma = models.IntegerField()
    flavor = models.IntegerField()
    metaphor = models.IntegerField()

    class Meta:
        abstract = True
        default_permissions = ()


class ItemTerm(ItemUses):
    """Of a raw term; `is_whole`: of a term with what was merged into it, if anything was."""

    pk = models.CompositePrimaryKey("term", "item", "is_whole")
    item = models.ForeignKey(
        DescriptorItem, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    is_whole = models.BooleanField(default=False, db_default=False)
    term = key_of(Term)
    category_id = models.BigIntegerField(
        null=True,
        help_text="Where the term was at the last refresh; 0: in no category. None: it stands in"
        " no wheel by itself.",
    )
    aroma_sum = models.IntegerField()
    aroma_rated = models.IntegerField()
    flavor_sum = models.IntegerField()
    flavor_rated = models.IntegerField()
    metaphor_sum = models.IntegerField()
    metaphor_rated = models.IntegerField()

    class Meta(ItemUses.Meta):
        db_table = "descriptor_item_terms"
        # The wheels of an item: the most used terms of each branch.
        indexes = (
            models.Index(
                F("item"),
                F("category_id"),
                (F("aroma") + F("flavor")).desc(),
                F("term"),
                name="item_terms_combined",
                condition=Q(category_id__isnull=False),
            ),
            models.Index(
                F("item"),
                F("category_id"),
                F("aroma").desc(),
                F("term"),
                name="item_terms_aroma",
                condition=Q(category_id__isnull=False, aroma__gt=0),
            ),
            models.Index(
                F("item"),
                F("category_id"),
                F("flavor").desc(),
                F("term"),
                name="item_terms_flavor",
                condition=Q(category_id__isnull=False, flavor__gt=0),
            ),
            models.Index(
                F("item"),
                F("category_id"),
                F("metaphor").desc(),
                F("term"),
                name="item_terms_metaphor",
                condition=Q(category_id__isnull=False, metaphor__gt=0),
            ),
        )

    def __str__(self) -> str:
        return f"{self.item_id}: {self.term_id}"


class ItemBranch(ItemUses):
    """The sums of ItemTerm by category, of those that stand in a wheel."""

    pk = models.CompositePrimaryKey("item", "category_id")
    item = models.ForeignKey(
        DescriptorItem, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    category_id = models.BigIntegerField()

    class Meta(ItemUses.Meta):
        db_table = "descriptor_item_branches"

    def __str__(self) -> str:
        return f"{self.item_id}: {self.category_id}"


class ItemChange(models.Model):
    """What a statement added to the uses of an item's term as one type, or took away: written by a
    trigger in its transaction, appended only, so that writers share no row.
    """

    pk = models.CompositePrimaryKey("item_name", "id")
    item_name = models.TextField()
    id = models.BigIntegerField()
    term = key_of(Term)
    descriptor_type = models.TextField(choices=DescriptorType)
    uses = models.IntegerField()
    intensity_sum = models.IntegerField()
    intensity_count = models.IntegerField()

    class Meta:
        db_table = "descriptor_item_changes"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.item_name}: {self.uses}"


class ItemPartition(models.Model):
    """A partition that ItemTerm holds: while others are attached, nobody reads what is kept."""

    partition = models.BigIntegerField(primary_key=True, help_text="Its oid.")

    class Meta:
        db_table = "descriptor_item_partitions"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.partition)
