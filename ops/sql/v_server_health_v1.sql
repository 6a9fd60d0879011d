CREATE VIEW public.v_wraparound AS
-- How near each database is to the end of its transaction ids, in percent of the hard limit and of
-- the age at which PostgreSQL vacuums by force.
SELECT
    datname,
    age(datfrozenxid) AS xid_age,
    mxid_age(datminmxid) AS mxid_age,
    round(100.0 * greatest(age(datfrozenxid), mxid_age(datminmxid)) / 2147483648, 2)
        AS percent_of_limit,
    round(100.0 * age(datfrozenxid) / current_setting('autovacuum_freeze_max_age')::numeric, 1)
        AS percent_of_forced_vacuum
FROM pg_database
WHERE datallowconn
ORDER BY 2 DESC;

CREATE VIEW public.v_xmin_horizon AS
-- Who keeps dead rows from being cleaned away, the oldest first.
SELECT 'session' AS holder, pid::text AS id, age(backend_xmin) AS xmin_age
FROM pg_stat_activity
WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
UNION ALL
SELECT 'replication slot', slot_name, greatest(age(xmin), age(catalog_xmin))
FROM pg_replication_slots
WHERE xmin IS NOT NULL OR catalog_xmin IS NOT NULL
UNION ALL
SELECT 'replica', application_name, age(backend_xmin)
FROM pg_stat_replication
WHERE backend_xmin IS NOT NULL
UNION ALL
SELECT 'prepared transaction', gid, age(transaction) FROM pg_prepared_xacts
ORDER BY 3 DESC;

CREATE VIEW public.v_sequence_usage AS
-- Bounded by the type of the column, not only by the sequence.
SELECT
    s.schemaname,
    s.sequencename,
    a.attrelid::regclass::text AS tablename,
    a.attname AS columnname,
    s.last_value,
    b.cap,
    round(100.0 * s.last_value / b.cap, 2) AS percent_used
FROM pg_sequences AS s
JOIN pg_class AS c ON c.relname = s.sequencename AND c.relnamespace = s.schemaname::regnamespace
LEFT JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
    AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
LEFT JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
CROSS JOIN LATERAL (
    SELECT least(
        s.max_value,
        CASE a.atttypid
            WHEN 'int2'::regtype THEN 32767
            WHEN 'int4'::regtype THEN 2147483647
            ELSE 9223372036854775807
        END
    ) AS cap
) AS b
WHERE NOT s.cycle AND s.last_value IS NOT NULL
ORDER BY percent_used DESC;

CREATE VIEW public.v_replicas AS
-- Those that stream from this server; `behind_bytes` is what they have not replayed yet.
SELECT
    application_name,
    client_addr,
    state,
    sync_state,
    pg_wal_lsn_diff(
        CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
        replay_lsn
    )::bigint AS behind_bytes,
    extract(epoch FROM replay_lag) AS replay_seconds
FROM pg_stat_replication
WHERE application_name NOT IN ('pg_basebackup', 'pg_rewind');

CREATE VIEW public.v_replication_slots AS
SELECT
    slot_name,
    slot_type,
    active,
    wal_status,
    inactive_since,
    invalidation_reason,
    pg_wal_lsn_diff(
        CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
        restart_lsn
    )::bigint AS retained_bytes
FROM pg_replication_slots;

CREATE VIEW public.v_archiver AS
-- No row while archive_mode is off.
SELECT
    archived_count,
    failed_count,
    last_archived_wal,
    last_archived_time,
    last_failed_wal,
    last_failed_time,
    COALESCE(last_failed_time > last_archived_time, last_failed_time IS NOT NULL) AS is_failing
FROM pg_stat_archiver
WHERE current_setting('archive_mode') <> 'off';
