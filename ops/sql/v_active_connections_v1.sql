CREATE VIEW public.v_active_connections AS
-- The sessions of this database, those that work first; ages in seconds.
SELECT
    a.pid,
    a.backend_start,
    a.usename,
    a.application_name,
    a.client_addr,
    a.backend_type,
    a.state,
    a.wait_event_type,
    a.wait_event,
    a.xact_start,
    a.query_start,
    a.state_change,
    extract(epoch FROM clock_timestamp() - a.xact_start) AS transaction_seconds,
    CASE WHEN a.state = 'active' THEN extract(epoch FROM clock_timestamp() - a.query_start) END
        AS query_seconds,
    extract(epoch FROM clock_timestamp() - a.state_change) AS state_seconds,
    age(a.backend_xmin) AS xmin_age,
    left(a.query, 2000) AS query
FROM pg_stat_activity AS a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
ORDER BY (a.state = 'idle'), a.xact_start NULLS LAST, a.state_change;

CREATE VIEW public.v_lock_conflicts AS
-- Who waits for whom: the session that holds up others has depth 0, those it holds up follow it,
-- `path` leads to them. Process id 0 is a prepared transaction.
WITH RECURSIVE act AS MATERIALIZED (
    SELECT
        pid,
        CASE WHEN wait_event_type = 'Lock' THEN pg_blocking_pids(pid) ELSE '{}' END AS blockers,
        backend_start, usename, application_name, state, wait_event, xact_start, state_change,
        left(query, 2000) AS query
    FROM pg_stat_activity
    WHERE backend_type IS DISTINCT FROM 'walsender'
),
tree AS (
    SELECT b.pid AS root, b.pid, 0 AS depth, ARRAY[b.pid] AS path
    FROM (
        SELECT pid, blockers FROM act
        UNION ALL
        SELECT 0, '{}'::integer[] WHERE EXISTS (SELECT FROM act WHERE 0 = ANY (blockers))
    ) AS b
    WHERE b.blockers = '{}' AND EXISTS (SELECT FROM act AS w WHERE b.pid = ANY (w.blockers))
    UNION ALL
    SELECT t.root, w.pid, t.depth + 1, t.path || w.pid
    FROM tree AS t
    JOIN act AS w ON t.pid = ANY (w.blockers)
    WHERE w.pid <> ALL (t.path) AND t.depth < 20
)
SELECT
    t.root, t.depth, t.path, t.pid, a.backend_start, a.usename, a.application_name, a.state,
    extract(epoch FROM clock_timestamp() - a.xact_start) AS transaction_seconds,
    extract(epoch FROM clock_timestamp() - l.waiting_since) AS waiting_seconds,
    l.wants,
    a.query
FROM tree AS t
LEFT JOIN act AS a USING (pid)
CROSS JOIN LATERAL (
    SELECT
        min(waitstart) AS waiting_since,
        string_agg(
            DISTINCT CASE WHEN relation IS NULL THEN locktype ELSE relation::regclass::text END
            || ' (' || mode || ')', ', '
        ) AS wants
    FROM pg_locks
    WHERE pg_locks.pid = t.pid AND NOT granted
) AS l
ORDER BY t.root, t.path;
