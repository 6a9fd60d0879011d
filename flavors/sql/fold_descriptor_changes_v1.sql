CREATE FUNCTION public.fold_descriptor_changes()
RETURNS bigint
LANGUAGE plpgsql
SET search_path = ''
SET jit = off
-- How many members a month has is known only when it runs.
SET plan_cache_mode = force_custom_plan
AS $$
/*
Count the descriptors again of those members and months that descriptor_changes names, and empty it;
returns how many rows of descriptor_member_terms came, changed or went. What is written meanwhile is
marked again, and counted by the next call. A month that is archived keeps what was counted, but of
erased members: theirs goes.
*/
DECLARE
    v_marked record;
    v_written bigint;
    v_rows bigint;
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('descriptor_rollups'));
    DELETE FROM public.descriptor_member_terms AS r USING public.erased_members AS e
    WHERE r.user_id = e.id;
    GET DIAGNOSTICS v_written = ROW_COUNT;
    CREATE TEMP TABLE IF NOT EXISTS counted (LIKE public.descriptor_member_terms) ON COMMIT DROP;
    FOR v_marked IN
        WITH taken AS (DELETE FROM public.descriptor_changes RETURNING user_id, month)
        SELECT
            taken.month,
            pg_catalog.array_agg(DISTINCT taken.user_id) AS users,
            public.uuid_floor(taken.month::timestamp AT TIME ZONE 'UTC') AS lower,
            public.uuid_floor(
                (taken.month + interval '1 month')::timestamp AT TIME ZONE 'UTC'
            ) AS upper
        FROM taken
        GROUP BY taken.month
        HAVING public.get_partition_for_date('flavor_descriptors', taken.month) IS NOT NULL
        ORDER BY taken.month
    LOOP
        TRUNCATE pg_temp.counted;
        INSERT INTO pg_temp.counted (
            user_id, term_id, descriptor_type, month, uses, ai_uses,
            intensity_sum, intensity_count, first_used_at, last_used_at
        )
        SELECT
            d.user_id, d.term_id, d.descriptor_type, v_marked.month,
            count(*), count(*) FILTER (WHERE d.ai_extracted),
            COALESCE(sum(d.intensity), 0), count(d.intensity),
            min(d.created_at), max(d.created_at)
        FROM public.flavor_descriptors AS d
        WHERE d.id >= v_marked.lower AND d.id < v_marked.upper
            AND d.user_id = ANY (v_marked.users)
        GROUP BY d.user_id, d.term_id, d.descriptor_type;

        -- A row whose times become narrower goes, and comes again below.
        DELETE FROM public.descriptor_member_terms AS r
        WHERE r.month = v_marked.month AND r.user_id = ANY (v_marked.users)
            AND NOT EXISTS (
                SELECT FROM pg_temp.counted AS c
                WHERE c.user_id = r.user_id AND c.term_id = r.term_id
                    AND c.descriptor_type = r.descriptor_type
                    AND c.first_used_at <= r.first_used_at AND c.last_used_at >= r.last_used_at
            );
        GET DIAGNOSTICS v_rows = ROW_COUNT;
        v_written := v_written + v_rows;

        INSERT INTO public.descriptor_member_terms AS r (
            user_id, term_id, descriptor_type, month, uses, ai_uses,
            intensity_sum, intensity_count, first_used_at, last_used_at
        )
        SELECT
            c.user_id, c.term_id, c.descriptor_type, c.month, c.uses, c.ai_uses,
            c.intensity_sum, c.intensity_count, c.first_used_at, c.last_used_at
        FROM pg_temp.counted AS c
        ORDER BY c.user_id, c.term_id
        ON CONFLICT (term_id, user_id, descriptor_type, month) DO UPDATE SET
            uses = EXCLUDED.uses,
            ai_uses = EXCLUDED.ai_uses,
            intensity_sum = EXCLUDED.intensity_sum,
            intensity_count = EXCLUDED.intensity_count,
            first_used_at = EXCLUDED.first_used_at,
            last_used_at = EXCLUDED.last_used_at
        WHERE (
            r.uses, r.ai_uses, r.intensity_sum, r.intensity_count, r.first_used_at, r.last_used_at
        ) IS DISTINCT FROM (
            EXCLUDED.uses, EXCLUDED.ai_uses, EXCLUDED.intensity_sum, EXCLUDED.intensity_count,
            EXCLUDED.first_used_at, EXCLUDED.last_used_at
        );
        GET DIAGNOSTICS v_rows = ROW_COUNT;
        v_written := v_written + v_rows;
    END LOOP;
    RETURN v_written;
END
$$;
REVOKE ALL ON FUNCTION public.fold_descriptor_changes() FROM PUBLIC;
