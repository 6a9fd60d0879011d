CREATE OR REPLACE FUNCTION public.refresh_view(p_view text, p_by text, p_blocking boolean DEFAULT false)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = ''
-- A refresh sorts and compares whole views, and JIT compiles for longer than it saves.
SET work_mem = '128MB'
SET jit = off
AS $$
/*
Refresh one declared materialized view and remember when, by whom, and what it had read; returns
its rows. All or nothing, in the caller's transaction. A roll-up's function counts what changed in
the tables it keeps; the rows of their first one are estimated, if it is larger than 8 MB.
*/
DECLARE
    v_started timestamptz := pg_catalog.clock_timestamp();
    v_declared public.ops_materialized_views;
    v_obstacle text := public.view_obstacle(p_view);
    v_counters jsonb;
    v_state jsonb;
    v_kept regclass;
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
    v_state := public.written_state(v_declared.reads || v_declared.depends_on);
    IF v_declared.refresh_function <> '' THEN
        EXECUTE pg_catalog.format('SELECT public.%I()', v_declared.refresh_function);
        v_kept := pg_catalog.to_regclass(
            pg_catalog.format('public.%I', v_declared.kept_in[1])
        );
        SELECT c.reltuples INTO v_rows FROM pg_catalog.pg_class AS c
        WHERE c.oid = v_kept AND c.reltuples >= 0
            AND pg_catalog.pg_relation_size(c.oid) > 8 * 1024 * 1024;
        IF v_rows IS NULL AND v_kept IS NOT NULL THEN
            EXECUTE pg_catalog.format('SELECT count(*) FROM %s', v_kept) INTO v_rows;
        END IF;
    ELSE
        v_rows := public.refresh_materialized_view(p_view, p_blocking);
    END IF;
    UPDATE public.ops_materialized_views SET
        refreshed_at = v_started,
        refreshed_by = p_by,
        duration = pg_catalog.clock_timestamp() - v_started,
        row_count = v_rows,
        counters = v_counters,
        written_state = v_state
    WHERE name = p_view;
    RETURN v_rows;
END
$$;
