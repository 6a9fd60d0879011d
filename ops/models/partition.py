"""The declarations of partitioned tables, for the SQL functions that look after them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ops.constraints import not_blank, one_of


class Period(models.TextChoices):
    MONTH = "month", "Month"
    YEAR = "year", "Year"


class TableState(models.Model):
    """Put here after each migrate; what is not here, no function touches."""

    name = models.TextField(primary_key=True)
    period = models.TextField(choices=Period)
    ahead = models.PositiveIntegerField()
    # Null: for ever.
    keep_months = models.PositiveIntegerField(null=True)

    class Meta:
        db_table = "ops_partitioned_tables"
        constraints = (
            not_blank("name", name="partitioned_table_has_name"),
            one_of("period", Period, name="partition_period_is_known"),
            models.CheckConstraint(
                condition=Q(ahead__lte=120), name="partitions_are_made_ten_years_ahead_at_most"
            ),
        )

    def __str__(self) -> str:
        return self.name
