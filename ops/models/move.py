"""Rows of flat tables that were copied into partitioned ones: how far, which, and which not."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ops.constraints import not_blank, one_of


class MoveState(models.TextChoices):
    COPYING = "copying", "Under way"
    MOVED = "moved", "Moved and proved"
    UNDOING = "undoing", "Being taken back"
    UNDONE = "undone", "Taken back"


class Move(models.Model):
    """One for each source and table; going on, and a later catch-up, are more runs of it."""

    table_name = models.TextField("table")
    # schema.name
    source = models.TextField()
    state = models.TextField(choices=MoveState, default=MoveState.COPYING)
    # The last key of the source that was copied; null before the first batch.
    watermark = models.TextField(null=True)
    copied_all = models.BooleanField(default=False)
    # Whether the source was written to while nothing watched it.
    has_gap = models.BooleanField(default=False)
    read_count = models.BigIntegerField(default=0)
    moved_count = models.BigIntegerField(default=0)
    refused_count = models.BigIntegerField(default=0)
    kept_count = models.BigIntegerField(default=0)
    # rows, fingerprint, changed_here; null until it was proved.
    proof = models.JSONField(null=True)
    started_at = models.DateTimeField(db_default=models.functions.Now())
    changed_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        db_table = "ops_moves"
        ordering = ("-id",)
        default_permissions = ()
        constraints = (
            one_of("state", MoveState, name="move_state_is_known"),
            not_blank("table_name", name="move_names_its_table"),
            not_blank("source", name="move_names_its_source"),
            models.UniqueConstraint(
                fields=("table_name", "source"),
                condition=~Q(state=MoveState.UNDONE),
                name="source_is_moved_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=MoveState.MOVED) | Q(proof__isnull=False, copied_all=True),
                name="moved_rows_are_proved",
            ),
        )

    def __str__(self) -> str:
        return f"{self.source} into {self.table_name}"


class MovedRow(models.Model):
    """A row that a move brought, and its hash then: what was changed since is known by it."""

    pk = models.CompositePrimaryKey("move_id", "target_id")
    move = models.ForeignKey(Move, models.DO_NOTHING, db_index=False, db_constraint=False)
    target_id = models.UUIDField()
    row_hash = models.BigIntegerField()

    class Meta:
        db_table = "ops_moved_rows"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.target_id)


class MoveRefusal(models.Model):
    """A row of the source that cannot come as it is."""

    pk = models.CompositePrimaryKey("move_id", "source_key")
    move = models.ForeignKey(Move, models.DO_NOTHING, db_index=False, db_constraint=False)
    source_key = models.TextField()
    shown = models.TextField()
    reason = models.TextField()

    class Meta:
        db_table = "ops_move_refusals"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.source_key}: {self.reason}"


class MoveChange(models.Model):
    """The source's row of this key was written while its move went on; `target_id` is the key that
    it had here, or gets. By the source's trigger; whoever brings the row up to date deletes it.
    """

    id = models.BigAutoField(primary_key=True)
    move = models.ForeignKey(Move, models.DO_NOTHING, db_index=False, db_constraint=False)
    # Null: its row is gone from the source, and which it was is not known.
    source_key = models.TextField(null=True)
    target_id = models.UUIDField(null=True)

    class Meta:
        db_table = "ops_move_changes"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.source_key or self.target_id)
