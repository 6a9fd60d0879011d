CREATE FUNCTION public.cleanup_monitoring_data(p_days integer DEFAULT 30)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* Forget snapshots older than so many days, and the texts of queries that none of the others
knows; how many snapshots went. */
DECLARE
    v_gone bigint;
BEGIN
    IF p_days IS NULL OR p_days < 1 THEN
        RAISE EXCEPTION 'Snapshots of at least one day are kept: % days were asked for.', p_days
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    DELETE FROM public.performance_snapshots
    WHERE id < public.uuid_floor(pg_catalog.now() - pg_catalog.make_interval(days => p_days));
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    DELETE FROM public.query_texts AS t
    WHERE t.seen_at < pg_catalog.now() - pg_catalog.make_interval(days => p_days)
        AND NOT EXISTS (
            SELECT FROM public.statement_counters() AS c WHERE c.queryid = t.queryid
        )
        AND NOT EXISTS (
            SELECT FROM public.performance_snapshots AS s
            WHERE s.statements ? t.queryid::text
        );
    RETURN v_gone;
END
$$;
REVOKE ALL ON FUNCTION public.cleanup_monitoring_data(integer) FROM PUBLIC;
