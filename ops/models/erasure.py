"""Who was erased, and what is declared to tell of members."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from ops.constraints import not_blank


class PersonalTable(models.Model):
    """A declared `PersonalData`. Put here after each migrate; an erasure works through these."""

    name = models.TextField(primary_key=True)
    position = models.PositiveIntegerField()
    member_column = models.TextField()
    action = models.TextField()
    columns = models.JSONField()
    searched = models.TextField(blank=True)

    class Meta:
        db_table = "ops_personal_data"
        ordering = ("position",)
        default_permissions = ()
        constraints = (
            models.CheckConstraint(
                condition=models.Q(action__in=("delete", "blank", "keep")),
                name="erasure_action_is_known",
            ),
            not_blank("member_column", name="personal_data_names_its_member"),
        )

    def __str__(self) -> str:
        return self.name


class ErasedMember(models.Model):
    """Ids and no names: what comes back from the archive is erased by them once more.

    The row is also the flag of its own transaction: while the one that wrote it lasts, append-only
    triggers let personal columns be blanked.
    """

    id = models.UUIDField(primary_key=True)
    erased_at = models.DateTimeField(editable=False, db_default=Now())
    # The name of who did it: it stays when the account goes.
    erased_by = models.TextField(blank=True, default="", db_default="")
    # Table → how many of its rows were deleted or blanked.
    counts: models.JSONField[Any, dict[str, int]] = models.JSONField(default=dict, db_default={})
    transaction = models.BigIntegerField(
        editable=False, db_default=models.Func(function="txid_current")
    )

    class Meta:
        db_table = "erased_members"
        ordering = ("-erased_at",)
        default_permissions = ()
        triggers = (
            pgtrigger.Trigger(
                name="append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF TG_OP = 'UPDATE' AND OLD.transaction = pg_catalog.txid_current()
                        AND (NEW.id, NEW.transaction) = (OLD.id, OLD.transaction)
                    THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'Who is erased stays erased: % is not allowed.', TG_OP;
                """,
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
