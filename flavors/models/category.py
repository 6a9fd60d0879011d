"""The tree of flavors: category → subcategory → …, with the colours of the wheel."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from flavors.models.choices import CategoryKind
from ops.constraints import at_most, one_of, visible
from ops.events import history_indexes, trackers

LONGEST_NAME = 100
COLOR_FORM = r"^#[0-9a-f]{6}$"


@pghistory.track(*trackers(), meta=history_indexes("flavor_category"))
class FlavorCategory(models.Model):
    # A branch has one kind.
    tree_scope = "kind"

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="children"
    )
    kind = models.TextField(
        choices=CategoryKind,
        default=CategoryKind.FLAVOR,
        db_default="flavor",
        help_text="Of flavors and aromas, or of metaphors. A branch has one kind.",
    )
    name = models.TextField()
    color = models.TextField(
        "colour", blank=True, default="", db_default="", help_text="#rrggbb; empty: its parent's."
    )
    position = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "flavor_categories"
        verbose_name = "flavor category"
        verbose_name_plural = "flavor categories"
        ordering = ("position", "name")
        constraints = (
            models.UniqueConstraint(
                "parent",
                "kind",
                Lower("name"),
                name="flavor_category_name_is_unique_in_its_parent",
                nulls_distinct=False,
                violation_error_message="There is a category of this name here already.",
            ),
            visible("name", name="flavor_category_has_name"),
            at_most("name", LONGEST_NAME, name="flavor_category_name_is_short"),
            one_of("kind", CategoryKind, name="flavor_category_kind_is_known"),
            models.CheckConstraint(
                condition=Q(color="") | Q(color__regex=COLOR_FORM),
                name="flavor_category_color_is_a_color",
                violation_error_message="A colour is # and six digits or letters a to f.",
            ),
        )
        indexes = (
            # The tree reads children in their order.
            models.Index(fields=("parent", "position"), name="flavor_category_children"),
        )
        triggers = (
            pgtrigger.Trigger(
                name="tree_has_no_cycle",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id", "kind"),
                when=pgtrigger.Before,
                func="PERFORM public.assert_flavor_parent(NEW.id, NEW.parent_id, NEW.kind);"
                " RETURN NEW;",
            ),
        )

    def __str__(self) -> str:
        return self.name
