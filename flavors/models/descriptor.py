"""What members noted of what they tasted: one word or phrase a row."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.contrib.postgres.indexes import BTreeIndex
from django.db import models
from django.db.models import Q

from assessments.models import Member
from flavors.models.choices import DescriptorType, SourceType
from flavors.models.term import LONGEST_TEXT, Term
from ops.constraints import at_most, between, one_of, visible
from ops.keys import TimeOrdered

LONGEST_ITEM = 200
LONGEST_CODE = 100


def key_of(model: Any, **given: Any) -> models.ForeignKey[Any, Any]:
    """No constraint: the trigger that resolves the term looks at both, once a row; a foreign key
    would lock the term as well, and everybody writes "chocolate". Neither is ever deleted."""
    return models.ForeignKey(
        model, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", **given
    )


def packed(field: str, **given: Any) -> BTreeIndex:
    """Built without room: a month gets no more rows once it is over."""
    return BTreeIndex(fields=(field,), fillfactor=100, **given)


class Descriptor(TimeOrdered):
    """Partitioned by month. Columns of fixed size first: ten million rows, 60 MB less.

    `term` is that of the text as typed: resolve_descriptor_term() sets it, whoever writes; whether
    it was merged is looked up when read.
    """

    term = key_of(Term, editable=False)
    user = key_of(Member, verbose_name="member")
    # The tasting, review or session; there is none in the database to point to.
    source_id = models.UUIDField("source", null=True, blank=True)
    intensity = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 to 5.")
    ai_extracted = models.BooleanField("extracted by AI", default=False, db_default=False)
    source_type = models.TextField(choices=SourceType)
    descriptor_type = models.TextField(choices=DescriptorType)
    descriptor_text = models.TextField("descriptor", help_text="As it was typed.")
    normalized_form = models.GeneratedField(
        expression=models.Func("descriptor_text", function="normalize_descriptor_text"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    item_name = models.TextField("item", blank=True, default="", db_default="")
    item_category = models.TextField(
        blank=True, default="", db_default="", help_text="Of the item: coffee, wine, …"
    )
    confidence_score = models.DecimalField(
        "confidence",
        max_digits=4,
        decimal_places=3,
        null=True,
        blank=True,
        help_text="0 to 1, of the extraction.",
    )
    extraction_model = models.TextField(null=True, blank=True)

    class Meta:
        db_table = "flavor_descriptors"
        ordering = ("-id",)
        constraints = (
            one_of("source_type", SourceType, name="descriptor_source_is_known"),
            one_of("descriptor_type", DescriptorType, name="descriptor_type_is_known"),
            visible("descriptor_text", name="descriptor_has_text"),
            at_most("descriptor_text", LONGEST_TEXT, name="descriptor_text_is_short"),
            at_most("item_name", LONGEST_ITEM, name="descriptor_item_is_short"),
            at_most("item_category", LONGEST_CODE, name="descriptor_item_category_is_short"),
            at_most("extraction_model", LONGEST_CODE, name="descriptor_model_is_short"),
            between("intensity", 1, 5, name="descriptor_intensity_is_1_to_5"),
            between("confidence_score", 0, 1, name="descriptor_confidence_is_a_share"),
            models.CheckConstraint(
                condition=Q(extraction_model__isnull=True) | Q(ai_extracted=True),
                name="descriptor_model_extracted_it",
                violation_error_message="A model is named only for what AI extracted.",
            ),
        )
        indexes = (
            # Pages and months of a member. Without the key, equal ones stand together: a fifth of
            # the size; a month has few rows of a member, or of a term many on each page.
            packed("user", name="descriptor_of_member"),
            # Wheels of an item.
            packed("item_name", name="descriptor_of_item", condition=~Q(item_name="")),
            # Pages of a term.
            packed("term", name="descriptor_of_term"),
        )
        triggers = (
            pgtrigger.ReadOnly(
                name="descriptor_keeps_its_source",
                fields=["id", "user", "source_type", "source_id"],
            ),
        )

    def __str__(self) -> str:
        return self.descriptor_text
