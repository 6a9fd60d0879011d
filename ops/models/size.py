from __future__ import annotations

from django.db import models


class DatabaseSize(models.Model):
    """How large the database was, once a day."""

    day = models.DateField(primary_key=True)
    bytes = models.PositiveBigIntegerField()

    class Meta:
        db_table = "ops_database_sizes"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.day}: {self.bytes}"
