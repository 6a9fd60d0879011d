"""What the server counted, kept raw from time to time: figures of a period are differences."""

from __future__ import annotations

from django.db import models
from django.db.models import Func

from ops.keys import TimeOrdered


class PerformanceSnapshot(TimeOrdered):
    """`counted_since` is when the server's counters of this database began.

    `statements` maps the id of a query to what it cost since then: calls, ms, rows, blocks hit and
    read, temp, io (ms), wal (bytes). `tables` and `indexes` by name; null but once an hour. `io` as
    `io_counters()` says it.
    """

    server_started = models.DateTimeField()
    counted_since = models.DateTimeField()
    # Null where pg_stat_statements is missing.
    statements_evicted = models.BigIntegerField(null=True)
    database = models.JSONField()
    statements = models.JSONField(null=True)
    tables = models.JSONField(null=True)
    indexes = models.JSONField(null=True)
    io = models.JSONField(null=True)

    class Meta:
        db_table = "performance_snapshots"
        verbose_name = "performance snapshot"
        verbose_name_plural = "monitoring"
        ordering = ("-id",)
        permissions = (("signal_performancesnapshot", "Can cancel and end sessions"),)

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M:%S}"


class QueryText(models.Model):
    """Of a query in a snapshot; the server forgets the texts of those that it throws out."""

    queryid = models.BigIntegerField(primary_key=True)
    query = models.TextField()
    seen_at = models.DateTimeField(db_default=Func(function="now"))

    class Meta:
        db_table = "query_texts"
        default_permissions = ()

    def __str__(self) -> str:
        return self.query
