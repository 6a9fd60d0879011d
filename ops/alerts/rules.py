"""The house's own alert rules."""

from __future__ import annotations

from ops.registry import AlertRule

MEASURES = "ops.alerts.measures"
SESSIONS = "ops_performancesnapshot_sessions"
SERVER = "ops_performancesnapshot_server"
TABLES = "ops_performancesnapshot_tables"

RULES = (
    AlertRule(
        "connections-used",
        "Connections used",
        f"{MEASURES}.connections_used",
        warning=70,
        critical=90,
        unit="percent",
        about="End the sessions that idle, or start fewer web processes; for good, put PgBouncer"
        " in front. At 100 % nobody gets in.",
        page=SESSIONS,
    ),
    AlertRule(
        "cache-hits-low",
        "Blocks found in memory in an hour",
        f"{MEASURES}.cache_hits",
        warning=95,
        critical=90,
        wrong_when="below",
        unit="percent",
        about="Look which query reads most blocks, and give it an index. If all of them do,"
        " shared_buffers is too small for what is read.",
        page="ops_performancesnapshot_queries",
    ),
    AlertRule(
        "slow-statements",
        "Queries above 500 ms in an hour",
        f"{MEASURES}.slow_statements",
        warning=5,
        critical=10,
        about="Open the slowest one: its page says what it does and how it changed. Analyze its"
        " tables, then look for an index.",
        page="ops_performancesnapshot_queries",
    ),
    AlertRule(
        "dead-rows",
        "Dead rows",
        f"{MEASURES}.dead_rows",
        warning=20,
        critical=50,
        unit="percent",
        about="End the oldest transaction if it holds them; else VACUUM the table, and let"
        " autovacuum come earlier for it.",
        page=TABLES,
    ),
    AlertRule(
        "long-transaction",
        "Longest transaction",
        f"{MEASURES}.long_transactions",
        warning=900,
        critical=3600,
        unit="seconds",
        about="It keeps dead rows, and perhaps locks. Ask who it is; a job may take so long,"
        " anything else may be ended.",
        page=SESSIONS,
    ),
    AlertRule(
        "blocked-sessions",
        "Longest wait for a lock",
        f"{MEASURES}.blocked_sessions",
        warning=30,
        critical=300,
        unit="seconds",
        about="The table of locks names who holds up whom. Cancel the query at the head of it, or"
        " end its session.",
        page=SESSIONS,
    ),
    AlertRule(
        "wraparound",
        "Transaction ids used",
        f"{MEASURES}.wraparound",
        warning=30,
        critical=60,
        unit="percent",
        about="Run VACUUM (FREEZE) on the oldest tables, and end old transactions, prepared ones"
        " and slots that hold it up. At 100 % nothing is written any more.",
        page=SERVER,
    ),
    AlertRule(
        "sequences-used",
        "Sequences used up",
        f"{MEASURES}.sequences",
        warning=70,
        critical=90,
        unit="percent",
        about="Make the column a bigint before its sequence ends: each INSERT after that fails.",
        page=SERVER,
    ),
    AlertRule(
        "replica-lag",
        "Replicas behind",
        f"{MEASURES}.replica_lag",
        warning=30,
        critical=300,
        unit="seconds",
        about="A long query there holds it up, or its line or disk is too slow. People read from"
        " the primary meanwhile.",
        page=SERVER,
    ),
    AlertRule(
        "replica-in-trouble",
        "Replica that does not answer, or gets no WAL",
        f"{MEASURES}.replica_in_trouble",
        warning=None,
        critical=0,
        about="People read from the primary meanwhile. See whether it runs; its own log says why"
        " not.",
        page=SERVER,
    ),
    AlertRule(
        "wal-kept",
        "WAL kept for an inactive slot",
        f"{MEASURES}.kept_wal",
        warning=2**30,
        critical=10 * 2**30,
        unit="bytes",
        about="Drop the slot, or bring its reader back, before the disk is full.",
        page=SERVER,
    ),
    AlertRule(
        "archiver-fails",
        "WAL files that were not archived",
        f"{MEASURES}.archiver_failures",
        warning=None,
        critical=0,
        about="The server's log says why archive_command fails. WAL is kept until it works again:"
        " watch the disk.",
        page=SERVER,
    ),
    AlertRule(
        "invalid-indexes",
        "Invalid indexes",
        f"{MEASURES}.invalid_indexes",
        warning=0,
        about="A CREATE INDEX CONCURRENTLY broke off. Drop the index, and make it again.",
        page="ops_performancesnapshot_indexes",
    ),
    AlertRule(
        "disk-used",
        "Disk used",
        f"{MEASURES}.disk_used",
        warning=80,
        critical=90,
        unit="percent",
        about="See which folder it is. Archives, exports and backups may move to another disk; a"
        " database needs a larger one.",
    ),
    AlertRule(
        "partitions-ahead",
        "Partitions ahead",
        f"{MEASURES}.partitions_ahead",
        warning=None,
        critical=2,
        wrong_when="below",
        about="Run “Make partitions ahead” before a row finds no partition and is refused; then"
        " see why the schedule did not.",
        page="ops_partitionarchive_changelist",
    ),
    AlertRule(
        "stale-views",
        "Views older than allowed, times",
        f"{MEASURES}.stale_views",
        warning=3,
        critical=12,
        about="The view's page has its last runs. Refresh it from there; if it fails again, the"
        " run says why.",
        page="ops_viewstatus_changelist",
    ),
    AlertRule(
        "failed-runs",
        "Runs that failed within a day, not done since",
        f"{MEASURES}.failed_runs",
        warning=0,
        critical=5,
        about="Open the failed runs: each says why. What they say can be put right, then start"
        " them again.",
        page="ops_run_changelist",
    ),
    AlertRule(
        "late-schedules",
        "Schedules that are late",
        f"{MEASURES}.late_schedules",
        warning=0,
        about="See whether manage.py tick and a worker run, and whether a run of the same kind"
        " takes too long.",
        page="ops_schedulestate_changelist",
    ),
    AlertRule(
        "redis-away",
        "Redis that does not answer",
        f"{MEASURES}.redis_away",
        warning=None,
        critical=0,
        about="Start it, and see in its log why it ended: no memory, a full disk, or a password and"
        " an address that REDIS_URL does not have. Runs wait until it is back, and none is lost;"
        " pages ask the database itself.",
        page="ops_run_changelist",
    ),
    AlertRule(
        "workers-gone",
        "Workers",
        f"{MEASURES}.workers",
        warning=None,
        critical=1,
        wrong_when="below",
        about="Start manage.py rqworker: nothing is refreshed, exported or told without one.",
        page="ops_run_changelist",
    ),
    AlertRule(
        "schema-drift",
        "Objects of the schema that differ",
        f"{MEASURES}.schema_drift",
        warning=0,
        about="Somebody changed the database by hand. The page says what: put it back, or write"
        " the migration.",
        page="ops_schemaexpectation_changelist",
    ),
)
