"""The action log: what staff and the system did. Which field changed is the history's matter."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.postgres.indexes import OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Upper

from ops.constraints import not_blank
from ops.keys import TimeOrdered
from ops.triggers import append_only

# What an erasure leaves in a row that tells of the member.
ERASED: dict[str, Any] = {"details": {}}


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """All of them for those who may see all; otherwise the person's own."""
        if getattr(user, "has_perm", lambda _: False)("ops.view_auditentry"):
            return self
        return self.filter(actor=user.pk)


class AuditEntry(TimeOrdered):
    # Null for the system. Without a constraint: the log outlives accounts, and keeps their names.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    actor_name = models.TextField(blank=True, default="")
    action = models.TextField()
    entity_type = models.TextField(blank=True, default="")
    entity_id = models.TextField(blank=True, default="")
    details = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    address = models.GenericIPAddressField(null=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        db_table = "audit_logs"
        verbose_name = "logged action"
        ordering = ("-id",)
        permissions = (("view_own_auditentry", "Can view own actions"),)
        constraints = (not_blank("action", name="audit_entry_has_action"),)
        indexes = (
            # Under the name of seed 002: the actions on questions.
            models.Index(
                "action",
                F("created_at").desc(),
                name="idx_audit_logs_action_time",
                condition=Q(entity_type="question"),
            ),
            # The screen's filters; without one, the key itself serves. Days are ranges of the key.
            models.Index(fields=("actor", "-id"), name="audit_by_person"),
            models.Index(fields=("action", "-id"), name="audit_by_action"),
            models.Index(fields=("entity_type", "entity_id", "-id"), name="audit_by_thing"),
            # The screen's search for the beginning of a thing's name.
            models.Index(
                OpClass(Upper(KeyTextTransform("label", "details")), name="text_pattern_ops"),
                name="audit_by_name",
            ),
        )
        triggers = (append_only(erased=ERASED),)

    def __str__(self) -> str:
        return f"{self.action} {self.entity_type} {self.entity_id}".strip()
