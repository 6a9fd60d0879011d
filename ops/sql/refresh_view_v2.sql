CREATE OR REPLACE FUNCTION public.refresh_view(p_view text, p_by text, p_blocking boolean DEFAULT false)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Refresh one declared materialized view and remember when, by whom, and what it had read; returns
its rows. All or nothing, in the caller's transaction.

A function after_refresh_…(), named after the view, does what follows from its rows.

CONCURRENTLY, so that readers go on; p_blocking shuts them out, and gives up when they do not let
it in within the session's lock_timeout, or five seconds. Whoever refreshes the view already makes
it fail at once.
*/
DECLARE
    v_started timestamptz := pg_catalog.clock_timestamp();
    v_declared public.ops_materialized_views;
    v_obstacle text := public.view_obstacle(p_view);
    v_counters jsonb;
    v_rows bigint;
BEGIN
    PERFORM public.take_run_lock('refresh', p_view);
    SELECT * INTO v_declared FROM public.ops_materialized_views WHERE name = p_view;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'No app declares a materialized view named %.', p_view;
    ELSIF v_obstacle IS NOT NULL AND NOT p_blocking THEN
        RAISE EXCEPTION '% cannot be refreshed concurrently: %.', p_view, v_obstacle
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    -- Before the refresh looks: what is written meanwhile counts as written since.
    v_counters := public.write_counters(v_declared.reads || v_declared.depends_on);
    IF p_blocking AND pg_catalog.current_setting('lock_timeout') = '0' THEN
        PERFORM pg_catalog.set_config('lock_timeout', '5s', true);
    END IF;
    BEGIN
        EXECUTE pg_catalog.format(
            'REFRESH MATERIALIZED VIEW %s public.%I',
            CASE WHEN p_blocking THEN '' ELSE 'CONCURRENTLY' END,
            p_view
        );
    EXCEPTION WHEN lock_not_available THEN
        RAISE EXCEPTION 'Readers of % did not let the refresh in.', p_view
            USING ERRCODE = 'lock_not_available';
    END;
    IF pg_catalog.to_regprocedure(pg_catalog.format('public.%I()', 'after_refresh_' || p_view))
        IS NOT NULL
    THEN
        EXECUTE pg_catalog.format('SELECT public.%I()', 'after_refresh_' || p_view);
    END IF;
    EXECUTE pg_catalog.format('SELECT count(*) FROM public.%I', p_view) INTO v_rows;
    UPDATE public.ops_materialized_views SET
        refreshed_at = v_started,
        refreshed_by = p_by,
        duration = pg_catalog.clock_timestamp() - v_started,
        row_count = v_rows,
        counters = v_counters
    WHERE name = p_view;
    RETURN v_rows;
END
$$;
