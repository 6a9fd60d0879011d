CREATE OR REPLACE VIEW public.v_lock_conflicts AS
-- Who waits for whom: the session that holds up others has depth 0, those it holds up follow it,
-- `path` leads to them. A session stands once below each that holds it up in the end, where the way
-- is shortest: in a queue each waits for all before it, and has more ways than can be counted.
-- Process id 0 is a prepared transaction.
WITH RECURSIVE act AS MATERIALIZED (
    SELECT
        pid,
        CASE WHEN wait_event_type = 'Lock' THEN pg_blocking_pids(pid) ELSE '{}' END AS blockers,
        backend_start, usename, application_name, state, wait_event, xact_start, state_change,
        left(query, 2000) AS query
    FROM pg_stat_activity
    WHERE backend_type IS DISTINCT FROM 'walsender'
),
levels AS (
    SELECT
        b.pid AS root, 0 AS depth, ARRAY[b.pid] AS pids, '{}'::integer[] AS above,
        ARRAY[b.pid] AS seen
    FROM (
        SELECT pid, blockers FROM act
        UNION ALL
        SELECT 0, '{}'::integer[] WHERE EXISTS (SELECT FROM act WHERE 0 = ANY (blockers))
    ) AS b
    WHERE b.blockers = '{}' AND EXISTS (SELECT FROM act AS w WHERE b.pid = ANY (w.blockers))
    UNION ALL
    SELECT l.root, l.depth + 1, n.pids, l.pids, l.seen || n.pids
    FROM levels AS l
    CROSS JOIN LATERAL (
        SELECT array_agg(w.pid) AS pids
        FROM act AS w
        WHERE w.blockers && l.pids AND w.pid <> ALL (l.seen)
    ) AS n
    WHERE n.pids IS NOT NULL
),
placed AS MATERIALIZED (
    SELECT
        l.root, l.depth, w.pid,
        (SELECT min(b) FROM unnest(w.blockers) AS b WHERE b = ANY (l.above)) AS parent
    FROM levels AS l
    JOIN act AS w ON w.pid = ANY (l.pids)
    WHERE l.depth > 0
),
tree AS (
    SELECT root, root AS pid, 0 AS depth, ARRAY[root] AS path FROM levels WHERE depth = 0
    UNION ALL
    SELECT t.root, p.pid, p.depth, t.path || p.pid
    FROM tree AS t
    JOIN placed AS p ON p.root = t.root AND p.depth = t.depth + 1 AND p.parent = t.pid
)
SELECT
    t.root, t.depth, t.path, t.pid, a.backend_start, a.usename, a.application_name, a.state,
    extract(epoch FROM clock_timestamp() - a.xact_start) AS transaction_seconds,
    extract(epoch FROM clock_timestamp() - l.waiting_since) AS waiting_seconds,
    l.wants,
    a.query
FROM tree AS t
LEFT JOIN act AS a USING (pid)
LEFT JOIN (
    SELECT
        pid,
        min(waitstart) AS waiting_since,
        string_agg(
            DISTINCT CASE
                WHEN relation IS NULL THEN locktype
                -- An oid of another database means another table here.
                WHEN datname <> current_database() THEN format('%s in %s', locktype, datname COLLATE "default")
                ELSE relation::regclass::text
            END || ' (' || mode || ')', ', '
        ) AS wants
    FROM pg_locks
    LEFT JOIN pg_database AS d ON d.oid = database
    WHERE NOT granted
    GROUP BY pid
) AS l USING (pid)
ORDER BY t.root, t.path;
