CREATE FUNCTION public.kept_as_of(p_view text)
RETURNS timestamptz
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Of a declared view that no write changed since its last refresh: the moment of which it is true,
remembered as that of a refresh; NULL if it has to be refreshed. For views that read nothing but the
tables that they declare, no clock either.

A session reports what it wrote at most a minute after its transaction, but not during the next one
or the statement that goes on. So nothing is said of the time from two minutes before the oldest of
these, and nothing at all where this session itself has writes to report.
*/
DECLARE
    v_declared public.ops_materialized_views;
    v_relations text[];
    v_state jsonb;
    v_as_of timestamptz;
BEGIN
    PERFORM public.take_run_lock('refresh', p_view);
    SELECT * INTO v_declared FROM public.ops_materialized_views WHERE name = p_view;
    v_relations := v_declared.reads || v_declared.depends_on;
    -- Before the numbers: what ends meanwhile has been going on.
    SELECT
        least(pg_catalog.clock_timestamp(), pg_catalog.min(least(a.xact_start, a.query_start)))
        - interval '2 minutes'
    INTO v_as_of
    FROM pg_catalog.pg_stat_activity AS a
    WHERE a.pid <> pg_catalog.pg_backend_pid() AND a.backend_type <> 'autovacuum worker'
        AND a.datname = pg_catalog.current_database() AND a.xact_start IS NOT NULL;
    PERFORM pg_catalog.pg_stat_clear_snapshot();
    v_state := public.written_state(v_relations);
    IF v_declared.refreshed_at IS NULL
        OR v_declared.written_state IS DISTINCT FROM v_state
        OR v_as_of <= v_declared.refreshed_at
        OR NOT (
            SELECT c.relispopulated FROM pg_catalog.pg_class AS c
            WHERE c.oid = pg_catalog.to_regclass(pg_catalog.format('public.%I', p_view))
        )
        OR EXISTS (
            SELECT FROM pg_catalog.jsonb_object_keys(v_state -> 'files') AS relation (id)
            WHERE pg_catalog.pg_stat_get_xact_tuples_inserted(relation.id::oid)
                + pg_catalog.pg_stat_get_xact_tuples_updated(relation.id::oid)
                + pg_catalog.pg_stat_get_xact_tuples_deleted(relation.id::oid) > 0
        )
    THEN
        RETURN NULL;
    END IF;
    UPDATE public.ops_materialized_views SET refreshed_at = v_as_of WHERE name = p_view;
    RETURN v_as_of;
END
$$;
REVOKE ALL ON FUNCTION public.kept_as_of(text) FROM PUBLIC;
