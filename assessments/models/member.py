"""Everyone who takes, answers or tastes. Members never log in here."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import validate_email
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now, Upper

from assessments.querysets import MemberQuerySet
from ops.constraints import visible

# What an erasure leaves; the trigger `keep_erased_member_erased` holds it.
ERASED = {
    "display_name": "Erased member",
    "email": None,
    "last_seen_at": None,
    "is_active": False,
}


class Member(models.Model):
    id = models.UUIDField(primary_key=True, help_text="The identity provider's.")
    display_name = models.TextField("name")
    # Null where the provider knows none, and once the member is erased.
    email = models.TextField("e-mail", null=True, blank=True, validators=[validate_email])
    created_at = models.DateTimeField("joined", editable=False, db_default=Now())
    last_seen_at = models.DateTimeField("last seen", null=True, blank=True)
    is_active = models.BooleanField(
        "active",
        default=True,
        db_default=True,
        help_text="Otherwise hidden from boards and public pages.",
    )

    objects = MemberQuerySet.as_manager()

    class Meta:
        db_table = "members"
        ordering = ("display_name", "id")
        permissions = (
            ("erase_member", "Can erase a member"),
            ("export_member", "Can export what is known about a member"),
        )
        constraints = (
            visible("display_name", name="member_has_name"),
            models.UniqueConstraint(
                Lower("email"),
                name="member_email_is_unique",
                violation_error_message="A member with this e-mail exists already.",
            ),
        )
        indexes = (
            # The search: `icontains` compares upper case.
            GinIndex(
                OpClass(Upper("display_name"), name="gin_trgm_ops"), name="member_name_trigram"
            ),
            GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="member_email_trigram"),
            # The list's orders, backwards too; nobody knows when the first ones were last seen.
            models.Index(fields=("display_name", "id"), name="member_by_name"),
            models.Index(fields=("created_at", "id"), name="member_by_age"),
            models.Index(F("last_seen_at").asc(nulls_first=True), "id", name="member_by_last_seen"),
            # Few of many.
            models.Index(
                fields=("created_at", "id"), name="member_inactive", condition=Q(is_active=False)
            ),
        )

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_erased(self) -> bool:
        """As `ERASED` says, in every column."""
        return all(getattr(self, name) == left for name, left in ERASED.items())
