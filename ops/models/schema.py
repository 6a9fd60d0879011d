"""What the schema should be."""

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
