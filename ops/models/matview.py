"""Materialized views: what is declared of each, how its last refresh went, and its status now."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ops.constraints import not_blank


class ViewState(models.Model):
    """The declaration, put here after each migrate, and the last refresh, by `refresh_view()`."""

    name = models.TextField(primary_key=True)
    reads = ArrayField(models.TextField())
    depends_on = ArrayField(models.TextField())
    stale_after = models.DurationField()
    # Of a roll-up: what counts its changes, and the tables that it keeps.
    refresh_function = models.TextField(default="", db_default="")
    kept_in = ArrayField(models.TextField(), default=list, db_default=[])
    refreshed_at = models.DateTimeField(null=True)
    refreshed_by = models.TextField(default="")
    duration = models.DurationField(null=True)
    row_count = models.PositiveBigIntegerField(null=True)
    # Rows ever written, by relation, when the refresh began.
    counters = models.JSONField(default=dict)
    # The same, exactly: see written_state().
    written_state = models.JSONField(null=True)

    class Meta:
        db_table = "ops_materialized_views"
        constraints = (not_blank("name", name="view_has_name"),)

    def __str__(self) -> str:
        return self.name


class ViewStatus(models.Model):
    """A row of the SQL view `mv_refresh_status`, which says what each column means."""

    view_name = models.TextField("view", primary_key=True)
    last_refresh = models.DateTimeField(null=True)
    last_refresh_by = models.TextField()
    last_duration = models.DurationField(null=True)
    row_count = models.BigIntegerField(null=True)
    total_bytes = models.BigIntegerField(null=True)
    is_populated = models.BooleanField()
    stale_after = models.DurationField()
    changes_since_refresh = models.BigIntegerField(null=True)
    is_stale = models.BooleanField("stale")
    obstacle = models.TextField(null=True)

    class Meta:
        managed = False
        db_table = "mv_refresh_status"
        verbose_name = "materialized view"
        default_permissions = ("view",)
        permissions = (("refresh_viewstatus", "Can refresh materialized views"),)

    def __str__(self) -> str:
        return self.view_name
