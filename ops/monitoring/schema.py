"""Reports on indexes and tables."""

from __future__ import annotations

from ops.monitoring.reports import Column, Report, Row

TABLE = Column("tablename", "Table", "text")
INDEX = Column("indexname", "Index", "text")
SIZE = Column("bytes", "Size", "bytes")
PARTITIONS = Column("partitions", "Partitions", is_minor=True)
# Below it an index costs too little to speak of.
LARGE = 1_048_576
# To write a definition costs more than all the rest, and waits for who holds the table: only where
# it is shown. The view would write them all.
USAGE = """
    SELECT u.tablename, u.indexname, u.idx_scan, u.last_used, u.bytes, u.partitions,
        u.usage_category,
        CASE
            WHEN u.usage_category = 'UNUSED' AND u.bytes > 1048576
                AND to_regclass(quote_ident(u.schemaname) || '.' || quote_ident(u.tablename))
                    NOT IN (SELECT l.relation FROM public.v_locked_relations AS l)
            THEN pg_get_indexdef(
                to_regclass(quote_ident(u.schemaname) || '.' || quote_ident(u.indexname))
            )
        END AS definition
    FROM public.v_index_usage AS u
"""
STATS = "SELECT * FROM public.v_table_stats"


def is_large_and_unused(row: Row) -> bool:
    return bool(row["usage_category"] == "UNUSED" and row["bytes"] > LARGE)


def waits_for_vacuum(row: Row) -> bool:
    return bool(row["vacuum_pressure"] is not None and row["vacuum_pressure"] > 1)


INDEXES = (
    Report(
        "invalid",
        "Invalid indexes",
        "A build that failed left them: they cost at each write, and no query uses them. Drop such"
        " an index and build it again, CONCURRENTLY.",
        "SELECT * FROM public.v_invalid_indexes",
        (
            TABLE,
            INDEX,
            Column("is_left_by_reindex", "Left by REINDEX", "yes"),
            Column("definition", "Definition", "code"),
        ),
        "All indexes are valid.",
    ),
    Report(
        "unused",
        "Unused indexes",
        "No query has used them since the counting began; those that hold a rule are left out, and"
        " so are those below 1 MB. Look at the replicas too, and at what runs once a month, before"
        " you drop one.",
        USAGE,
        (TABLE, INDEX, SIZE, PARTITIONS, Column("definition", "Definition", "code")),
        "Every index above 1 MB was used.",
        by="bytes",
        keeps=is_large_and_unused,
    ),
    Report(
        "redundant",
        "Redundant indexes",
        "Another index of the same table begins with the same columns, and serves as well.",
        "SELECT * FROM public.v_redundant_indexes",
        (
            TABLE,
            INDEX,
            Column("covered_by", "Covered by", "text"),
            Column("is_exact", "The same columns", "yes"),
            SIZE,
        ),
        "No index repeats another.",
        by="bytes",
    ),
    Report(
        "foreign-keys",
        "Foreign keys without an index",
        "Deleting a row of the other table reads all of such a table.",
        "SELECT * FROM public.v_unindexed_foreign_keys",
        (
            TABLE,
            Column("referenced", "Refers to", "text"),
            Column("definition", "Definition", "code"),
            SIZE,
        ),
        "Every foreign key has an index.",
        by="bytes",
    ),
    Report(
        "suspects",
        "Tables that are often read whole",
        "More than 100 times, and more than 10,000 rows each time: an index may be missing. A"
        " suspicion, no advice: a report that needs all rows reads all rows.",
        "SELECT * FROM public.v_missing_indexes",
        (
            TABLE,
            Column("seq_scan", "Times read whole"),
            Column("rows_per_scan", "Rows each time"),
            Column("seq_tup_read", "Rows read so"),
            Column("idx_scan", "Times by an index"),
            Column("live_rows", "Rows"),
        ),
        "No table is read whole that often.",
        by="seq_tup_read",
    ),
    Report(
        "all",
        "All indexes",
        "Those of partitions are added up under the one of their table.",
        USAGE,
        (
            TABLE,
            INDEX,
            Column("idx_scan", "Times used"),
            Column("last_used", "Last used", "moment"),
            SIZE,
            PARTITIONS,
            Column("usage_category", "Use", "text"),
        ),
        "There is no index.",
        by="bytes",
    ),
)

TABLES = (
    Report(
        "vacuum",
        "Waiting for vacuum",
        "Above its limit, autovacuum should have come: it is too slow, switched off, or an old"
        " transaction keeps the dead rows.",
        STATS,
        (
            TABLE,
            Column("vacuum_pressure", "Times its limit"),
            Column("dead_rows", "Dead rows"),
            Column("dead_percent", "Dead", "percent"),
            Column("last_vacuum", "Last vacuum", "moment"),
        ),
        "No table waits.",
        by="vacuum_pressure",
        keeps=waits_for_vacuum,
    ),
    Report(
        "all",
        "All tables",
        "Partitions are added up. Bloat is a guess from the planner's statistics, which PostgreSQL"
        " hides of tables under row-level security; pgstattuple measures it.",
        STATS,
        (
            TABLE,
            Column("total_bytes", "Size with indexes", "bytes"),
            Column("index_bytes", "Indexes", "bytes", is_minor=True),
            Column("estimated_bloat", "Bloat, about", "bytes", is_minor=True),
            Column("live_rows", "Rows, about"),
            Column("dead_rows", "Dead rows"),
            Column("inserted", "Inserted", is_minor=True),
            Column("updated", "Updated", is_minor=True),
            Column("hot_percent", "HOT", "percent", is_minor=True),
            Column("deleted", "Deleted", is_minor=True),
            Column("last_vacuum", "Last vacuum", "moment"),
            Column("last_analyze", "Last analyze", "moment"),
            PARTITIONS,
        ),
        "There is no table.",
        by="total_bytes",
    ),
)
