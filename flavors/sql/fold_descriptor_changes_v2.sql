CREATE FUNCTION public.take_descriptor_changes()
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Empties descriptor_changes into the temporary table `marked`: a row a member and month, whether the
figures of everybody hold the member (`counts`), and whether the member is erased (`is_gone`), whose
months are all marked.
*/
BEGIN
    CREATE TEMP TABLE marked (
        user_id uuid, month date, first_day date, last_day date, counts boolean, is_gone boolean
    ) ON COMMIT DROP;
    WITH taken AS (
        DELETE FROM public.descriptor_changes RETURNING user_id, month, first_day, last_day
    ), gone AS (
        SELECT DISTINCT r.user_id, r.month
        FROM public.erased_members AS e
        JOIN public.descriptor_member_terms AS r ON r.user_id = e.id
    )
    INSERT INTO pg_temp.marked
    SELECT
        each.user_id, each.month, min(each.first_day), max(each.last_day),
        COALESCE(bool_and(m.is_active AND e.id IS NULL), false), bool_or(e.id IS NOT NULL)
    FROM (
        SELECT t.user_id, t.month, t.first_day, t.last_day FROM taken AS t
        UNION ALL
        SELECT g.user_id, g.month, NULL, NULL FROM gone AS g
    ) AS each
    LEFT JOIN public.members AS m ON m.id = each.user_id
    LEFT JOIN public.erased_members AS e ON e.id = each.user_id
    GROUP BY each.user_id, each.month;
    ANALYZE pg_temp.marked;
END
$$;
REVOKE ALL ON FUNCTION public.take_descriptor_changes() FROM PUBLIC;

CREATE FUNCTION public.count_marked_month(p_month date)
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Count the descriptors of the marked members in this month again, and put into the temporary table
`changed` the rows of descriptor_member_terms that came, changed or went. A month without its
partition keeps what was counted, but of erased members.
Uses index: member_terms_of_member, descriptor_of_member unless most members are marked.
*/
DECLARE
    v_is_here boolean :=
        public.get_partition_for_date('flavor_descriptors', p_month) IS NOT NULL;
    v_lower uuid := public.uuid_floor(p_month::timestamp AT TIME ZONE 'UTC');
    v_upper uuid :=
        public.uuid_floor((p_month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
BEGIN
    INSERT INTO pg_temp.changed
    SELECT
        user_id, term_id, p_month, descriptor_type, item_category,
        was.user_id IS NOT NULL, COALESCE(was.counts, false), COALESCE(now.counts, false),
        now.uses, now.ai_uses, now.intensity_sum, now.intensity_count,
        now.first_used_at, now.last_used_at, was.first_used_at, was.last_used_at,
        COALESCE(now.uses * now.counts::int, 0) - COALESCE(was.uses * was.counts::int, 0),
        COALESCE(now.ai_uses * now.counts::int, 0) - COALESCE(was.ai_uses * was.counts::int, 0),
        COALESCE(now.intensity_sum * now.counts::int, 0)
            - COALESCE(was.intensity_sum * was.counts::int, 0),
        COALESCE(now.intensity_count * now.counts::int, 0)
            - COALESCE(was.intensity_count * was.counts::int, 0)
    FROM (
        SELECT r.* FROM pg_temp.marked AS m
        JOIN public.descriptor_member_terms AS r ON r.user_id = m.user_id AND r.month = p_month
        WHERE m.month = p_month
    ) AS was
    FULL JOIN (
        SELECT
            d.user_id, d.term_id, d.descriptor_type, d.item_category, m.counts,
            count(*)::int AS uses, (count(*) FILTER (WHERE d.ai_extracted))::int AS ai_uses,
            COALESCE(sum(d.intensity), 0)::int AS intensity_sum,
            count(d.intensity)::int AS intensity_count,
            min(d.created_at) AS first_used_at, max(d.created_at) AS last_used_at
        FROM pg_temp.marked AS m
        JOIN public.flavor_descriptors AS d ON d.user_id = m.user_id
        WHERE v_is_here AND m.month = p_month AND d.id >= v_lower AND d.id < v_upper
        GROUP BY d.user_id, d.term_id, d.descriptor_type, d.item_category, m.counts
        UNION ALL
        SELECT
            r.user_id, r.term_id, r.descriptor_type, r.item_category, m.counts, r.uses, r.ai_uses,
            r.intensity_sum, r.intensity_count, r.first_used_at, r.last_used_at
        FROM pg_temp.marked AS m
        JOIN public.descriptor_member_terms AS r ON r.user_id = m.user_id AND r.month = p_month
        WHERE NOT v_is_here AND m.month = p_month AND NOT m.is_gone
    ) AS now USING (user_id, term_id, descriptor_type, item_category)
    WHERE (
        was.uses, was.ai_uses, was.intensity_sum, was.intensity_count, was.first_used_at,
        was.last_used_at, was.counts
    ) IS DISTINCT FROM (
        now.uses, now.ai_uses, now.intensity_sum, now.intensity_count, now.first_used_at,
        now.last_used_at, now.counts
    );
END
$$;
REVOKE ALL ON FUNCTION public.count_marked_month(date) FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.fold_descriptor_changes()
RETURNS bigint
LANGUAGE plpgsql
-- The triggers on the lexicon name no schema.
SET search_path = pg_catalog, public, pg_temp
SET jit = off
-- How much was marked is known only when it runs.
SET plan_cache_mode = force_custom_plan
SET work_mem = '64MB'
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
    SELECT count(*) INTO v_written FROM pg_temp.changed;
    IF v_written > 0 THEN
        PERFORM public.fold_into_months();
        PERFORM public.fold_into_totals();
        PERFORM public.fold_into_categories();
        PERFORM public.fold_into_members();
        PERFORM public.fold_into_terms();
    END IF;
    PERFORM public.count_marked_days();
    DROP TABLE pg_temp.changed, pg_temp.marked;
    RETURN v_written;
END
$$;
