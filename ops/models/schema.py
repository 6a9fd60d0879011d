"""What the schema should be, and how it came to be what it is."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class SchemaExpectation(models.Model):
    """What the migrations make of an empty database: `objects` of (kind, key, part_of,
    definition). There is one row, the latest; `public.verify_migrations` compares with it.

    The fingerprint is of all that the migrations are.
    """

    fingerprint = models.TextField(primary_key=True)
    objects_made = models.JSONField(db_column="objects")
    built_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "ops_schema_expectation"
        verbose_name = "schema"
        verbose_name_plural = "schema"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.fingerprint


class AppliedMigration(models.Model):
    """A migration that ran, and when it was taken back; written by a trigger of Django's table."""

    id = models.BigAutoField(primary_key=True)
    app = models.TextField()
    name = models.TextField("migration")
    applied_at = models.DateTimeField("applied")
    # The database role. Empty for what ran before this was kept.
    applied_by = models.TextField("by", blank=True, db_default="")
    seconds = models.FloatField("took", null=True)
    server_version = models.TextField(blank=True, db_default="")
    reversed_at = models.DateTimeField("taken back", null=True)
    reversed_by = models.TextField("taken back by", blank=True, db_default="")

    class Meta:
        db_table = "migration_history"
        verbose_name = "migration"
        ordering = ("-id",)
        default_permissions = ("view",)
        indexes = (
            # What a reverse looks for.
            models.Index(
                fields=("app", "name"),
                name="migration_that_holds",
                condition=models.Q(reversed_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"{self.app}.{self.name}"
