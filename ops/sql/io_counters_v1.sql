CREATE FUNCTION public.io_counters()
RETURNS jsonb
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
/*
What the server counted of its reads and writes, by "who/what/how" (pg_stat_io): the kind of its
process, relation or WAL, and why. Times in milliseconds; `since` is when that counting began.
*/
SELECT COALESCE(
    pg_catalog.jsonb_object_agg(
        i.backend_type || '/' || i.object || '/' || i.context,
        pg_catalog.jsonb_build_object(
            'hits', i.hits, 'reads', i.reads, 'read_bytes', i.read_bytes, 'read_ms', i.read_time,
            'writes', i.writes, 'write_bytes', i.write_bytes, 'write_ms', i.write_time,
            'extends', i.extends, 'extend_bytes', i.extend_bytes, 'evictions', i.evictions,
            'fsyncs', i.fsyncs, 'since', extract(epoch FROM i.stats_reset)
        )
    ), '{}'
)
FROM pg_catalog.pg_stat_io AS i
WHERE i.hits > 0 OR i.reads > 0 OR i.writes > 0 OR i.extends > 0 OR i.fsyncs > 0
$$;
REVOKE ALL ON FUNCTION public.io_counters() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.io_counters() TO pg_monitor;

CREATE FUNCTION public.io_activity(p_since timestamptz)
RETURNS TABLE (
    backend_type text,
    object text,
    context text,
    hits bigint,
    reads bigint,
    read_bytes bigint,
    read_ms double precision,
    writes bigint,
    write_bytes bigint,
    write_ms double precision,
    extends bigint,
    extend_bytes bigint,
    evictions bigint,
    fsyncs bigint
)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
/*
What the server, all of its databases, read and wrote from the snapshot of that moment until now.
Without a snapshot: since the counting began.
*/
WITH risen AS (
    SELECT
        pg_catalog.string_to_array(a.key, '/') AS of,
        public.counted_between(
            (
                SELECT s.io -> a.key FROM public.performance_snapshots AS s
                WHERE s.id = public.snapshot_at(p_since)
            ), a.value
        ) AS c
    FROM pg_catalog.jsonb_each(public.io_counters()) AS a
)
SELECT
    r.of[1], r.of[2], r.of[3],
    COALESCE((r.c ->> 'hits')::bigint, 0),
    COALESCE((r.c ->> 'reads')::bigint, 0),
    COALESCE((r.c ->> 'read_bytes')::bigint, 0),
    COALESCE((r.c ->> 'read_ms')::double precision, 0),
    COALESCE((r.c ->> 'writes')::bigint, 0),
    COALESCE((r.c ->> 'write_bytes')::bigint, 0),
    COALESCE((r.c ->> 'write_ms')::double precision, 0),
    COALESCE((r.c ->> 'extends')::bigint, 0),
    COALESCE((r.c ->> 'extend_bytes')::bigint, 0),
    COALESCE((r.c ->> 'evictions')::bigint, 0),
    COALESCE((r.c ->> 'fsyncs')::bigint, 0)
FROM risen AS r
WHERE EXISTS (
    SELECT FROM pg_catalog.jsonb_each_text(r.c) AS e
    WHERE e.key IN ('hits', 'reads', 'writes', 'extends', 'fsyncs') AND e.value::numeric > 0
)
$$;
REVOKE ALL ON FUNCTION public.io_activity(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.io_activity(timestamptz) TO pg_monitor;
