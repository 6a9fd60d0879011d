CREATE OR REPLACE FUNCTION public.fold_descriptor_changes()
RETURNS bigint
LANGUAGE plpgsql
-- The triggers on the lexicon name no schema.
SET search_path = pg_catalog, public, pg_temp
SET jit = off
-- How much was marked is known only when it runs.
SET plan_cache_mode = force_custom_plan
SET work_mem = '64MB'
-- What it looks up was just written, and is in memory.
SET random_page_cost = 1.1
AS $$
/*
Count the descriptors again of those members and months that descriptor_changes names, and empty it;
returns how many rows of descriptor_member_terms came, changed or went. What is written meanwhile is
marked again, and counted by the next call.

All in sets, so that a million marks cost what a million rows cost: what changed, then the figures of
everybody by its differences, then the rows themselves.
*/
DECLARE
    v_month date;
    v_written bigint;
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('descriptor_rollups'));
    PERFORM public.take_descriptor_changes();
    CREATE TEMP TABLE changed (
        user_id uuid, term_id bigint, month date, descriptor_type text, item_category text,
        was_there boolean, counted boolean, counts boolean,
        uses int, ai_uses int, intensity_sum int, intensity_count int,
        first_used_at timestamptz, last_used_at timestamptz,
        first_was timestamptz, last_was timestamptz,
        more_uses int, more_ai_uses int, more_intensity int, more_intensities int
    ) ON COMMIT DROP;
    FOR v_month IN SELECT DISTINCT m.month FROM pg_temp.marked AS m ORDER BY 1 LOOP
        PERFORM public.count_marked_month(v_month);
    END LOOP;
    ANALYZE pg_temp.changed;
    CREATE TEMP TABLE moved (term_id bigint) ON COMMIT DROP;
    WITH taken AS (
        DELETE FROM public.descriptor_term_moves RETURNING term_id
    )
    INSERT INTO pg_temp.moved SELECT DISTINCT t.term_id FROM taken AS t;
    ANALYZE pg_temp.moved;
    SELECT count(*) INTO v_written FROM pg_temp.changed;
    IF v_written > 0 THEN
        PERFORM public.fold_into_months();
        PERFORM public.fold_into_totals();
        PERFORM public.fold_into_members();
        PERFORM public.fold_into_terms();
    END IF;
    PERFORM public.fold_into_wheels();
    PERFORM public.fold_into_categories();
    PERFORM public.fold_into_items();
    PERFORM public.count_marked_days();
    DROP TABLE pg_temp.changed, pg_temp.marked, pg_temp.moved;
    RETURN v_written;
END
$$;
