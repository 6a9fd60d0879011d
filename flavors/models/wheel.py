"""Wheels that were saved: the figures of a moment."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from assessments.models import Member
from flavors.models.choices import WheelScope, WheelType
from flavors.models.descriptor import LONGEST_ITEM
from ops.constraints import at_most, in_era, one_of, plain_json
from ops.keys import TimeOrdered

# Scopes that are of one member, of one thing, of all.
OWNED = (WheelScope.PERSONAL, WheelScope.TASTING)
NAMED = (WheelScope.ITEM, WheelScope.CATEGORY, WheelScope.TASTING)


class FlavorWheel(TimeOrdered):
    """`data` is what generate_wheel_data_optimized() answered at `generated_at`."""

    user = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="flavor_wheels",
        verbose_name="member",
        help_text="Empty: over everybody's descriptors.",
    )
    wheel_type = models.TextField(choices=WheelType, default=WheelType.COMBINED)
    scope = models.TextField(choices=WheelScope, default=WheelScope.PERSONAL)
    scope_value = models.TextField(
        "of what",
        blank=True,
        default="",
        db_default="",
        help_text="The item, its category, or the id of the tasting.",
    )
    data = models.JSONField()
    descriptor_count = models.PositiveIntegerField("descriptors")
    generated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "flavor_wheels"
        ordering = ("-generated_at", "-id")
        constraints = (
            one_of("wheel_type", WheelType, name="wheel_type_is_known"),
            one_of("scope", WheelScope, name="wheel_scope_is_known"),
            models.CheckConstraint(
                condition=~Q(scope__in=OWNED) | Q(user__isnull=False),
                name="wheel_of_member_has_member",
                violation_error_message="Such a wheel is a member's: choose one.",
            ),
            models.CheckConstraint(
                condition=~Q(scope=WheelScope.UNIVERSAL) | Q(user__isnull=True),
                name="universal_wheel_is_of_everybody",
                violation_error_message="A universal wheel is nobody's.",
            ),
            models.CheckConstraint(
                condition=Q(scope__in=NAMED, scope_value__gt="")
                | (~Q(scope__in=NAMED) & Q(scope_value="")),
                name="wheel_says_of_what",
                violation_error_message="Say of what, for an item, a category or a tasting only.",
            ),
            at_most("scope_value", LONGEST_ITEM, name="wheel_scope_value_is_short"),
            models.CheckConstraint(
                condition=Q(
                    models.Func(
                        "data", function="wheel_data_is_sound", output_field=models.BooleanField()
                    )
                ),
                name="wheel_data_is_a_wheel",
                violation_error_message='The figures have a list of "categories".',
            ),
            plain_json("data", 1_000_000, name="wheel_data_is_plain"),
            in_era("generated_at", name="wheel_is_of_our_era"),
            models.UniqueConstraint(
                fields=("user", "scope", "scope_value", "wheel_type"),
                name="wheel_is_saved_once",
                nulls_distinct=False,
                violation_error_message="There is such a wheel already: regenerate it.",
            ),
        )
        indexes = (
            models.Index(fields=("scope", "wheel_type"), name="wheel_by_scope"),
            # The list, and which are stale.
            models.Index(fields=("generated_at", "id"), name="wheel_by_age"),
        )

    def __str__(self) -> str:
        of = f" · {self.scope_value}" if self.scope_value else ""
        return f"{self.get_wheel_type_display()} · {self.get_scope_display()}{of}"
