"""Everyone who takes, answers or tastes. Members never log in here."""

from __future__ import annotations

from django.core.validators import validate_email
from django.db import models
from django.db.models.functions import Lower, Now

from ops.constraints import not_blank


class Member(models.Model):
    id = models.UUIDField(primary_key=True, help_text="The identity provider's.")
    display_name = models.TextField("name")
    # Null once the member is erased.
    email = models.TextField("e-mail", null=True, blank=True, validators=[validate_email])
    created_at = models.DateTimeField(editable=False, db_default=Now())
    last_seen_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(
        "active",
        default=True,
        db_default=True,
        help_text="Otherwise hidden from boards and public pages.",
    )

    class Meta:
        db_table = "members"
        ordering = ("display_name", "id")
        permissions = (
            ("erase_member", "Can erase a member"),
            ("export_member", "Can export what is known about a member"),
        )
        constraints = (
            not_blank("display_name", name="member_has_name"),
            models.UniqueConstraint(
                Lower("email"),
                name="member_email_is_unique",
                violation_error_message="A member with this e-mail exists already.",
            ),
        )

    def __str__(self) -> str:
        return self.display_name
