CREATE FUNCTION public.check_counted_descriptors(p_month date)
RETURNS TABLE (kept_in text, kept_key text, kept_uses bigint, counted_uses bigint)
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* Where what is kept of one attached month differs from its descriptors. */
DECLARE
    v_lower uuid := public.uuid_floor(p_month::timestamp AT TIME ZONE 'UTC');
    v_upper uuid :=
        public.uuid_floor((p_month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
BEGIN
    RETURN QUERY
    SELECT
        'descriptor_member_terms', pg_catalog.concat_ws(
            ' ', user_id, term_id, descriptor_type, item_category, p_month
        ), kept.uses::bigint, counted.uses
    FROM (SELECT r.* FROM public.descriptor_member_terms AS r WHERE r.month = p_month) AS kept
    FULL JOIN (
        SELECT
            d.user_id, d.term_id, d.descriptor_type, d.item_category, m.is_active,
            count(*) AS uses, count(*) FILTER (WHERE d.ai_extracted) AS ai_uses,
            COALESCE(sum(d.intensity), 0) AS intensity_sum,
            count(d.intensity) AS intensity_count,
            min(d.created_at) AS first_used_at, max(d.created_at) AS last_used_at
        FROM public.flavor_descriptors AS d
        JOIN public.members AS m ON m.id = d.user_id
        WHERE d.id >= v_lower AND d.id < v_upper
        GROUP BY d.user_id, d.term_id, d.descriptor_type, d.item_category, m.is_active
    ) AS counted USING (user_id, term_id, descriptor_type, item_category)
    WHERE (
        kept.uses, kept.ai_uses, kept.intensity_sum, kept.intensity_count,
        kept.first_used_at, kept.last_used_at, kept.counts
    ) IS DISTINCT FROM (
        counted.uses, counted.ai_uses, counted.intensity_sum, counted.intensity_count,
        counted.first_used_at, counted.last_used_at, counted.is_active
    );
    RETURN QUERY
    SELECT 'descriptor_days', COALESCE(kept.day, counted.day)::text, kept.uses, counted.uses
    FROM (
        SELECT * FROM public.descriptor_days AS k
        WHERE k.day >= p_month AND k.day < p_month + interval '1 month'
    ) AS kept
    FULL JOIN (
        SELECT
            (d.created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS uses,
            COALESCE(sum(d.intensity), 0) AS intensity_sum,
            count(d.intensity) AS intensity_count,
            pg_catalog.array_agg(DISTINCT d.term_id) AS term_ids
        FROM public.flavor_descriptors AS d
        JOIN public.members AS m ON m.id = d.user_id AND m.is_active
        WHERE d.id >= v_lower AND d.id < v_upper
        GROUP BY 1
    ) AS counted ON counted.day = kept.day
    WHERE COALESCE(kept.day, counted.day) > (pg_catalog.now() AT TIME ZONE 'UTC')::date - 366
        AND (
            kept.uses, kept.intensity_sum, kept.intensity_count, kept.term_ids
        ) IS DISTINCT FROM (
            counted.uses, counted.intensity_sum, counted.intensity_count, counted.term_ids
        );
END
$$;
REVOKE ALL ON FUNCTION public.check_counted_descriptors(date) FROM PUBLIC;

CREATE FUNCTION public.check_figures_of_months(p_month date)
RETURNS TABLE (kept_in text, kept_key text, kept_uses bigint, counted_uses bigint)
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* Where everybody's figures by month differ from what is kept by member: of one month, or of all. */
BEGIN
    RETURN QUERY
    SELECT
        'descriptor_term_months', pg_catalog.concat_ws(' ', term_id, descriptor_type, month),
        kept.uses, counted.uses
    FROM (
        SELECT k.* FROM public.descriptor_term_months AS k
        WHERE p_month IS NULL OR k.month = p_month
    ) AS kept
    FULL JOIN (
        SELECT
            r.term_id, r.descriptor_type, r.month, sum(r.uses) AS uses,
            count(DISTINCT r.user_id) AS members, sum(r.ai_uses) AS ai_uses,
            sum(r.intensity_sum) AS intensity_sum, sum(r.intensity_count) AS intensity_count
        FROM public.descriptor_member_terms AS r
        WHERE r.counts AND (p_month IS NULL OR r.month = p_month)
        GROUP BY r.term_id, r.descriptor_type, r.month
    ) AS counted USING (term_id, descriptor_type, month)
    WHERE (
        kept.uses, kept.members, kept.ai_uses, kept.intensity_sum, kept.intensity_count
    ) IS DISTINCT FROM (
        counted.uses, counted.members, counted.ai_uses, counted.intensity_sum,
        counted.intensity_count
    );
    RETURN QUERY
    SELECT 'descriptor_months', month::text, kept.uses, counted.uses
    FROM (
        SELECT k.* FROM public.descriptor_months AS k
        WHERE p_month IS NULL OR k.month = p_month
    ) AS kept
    FULL JOIN (
        SELECT
            r.month, sum(r.uses) AS uses, count(DISTINCT r.user_id) AS members,
            sum(r.ai_uses) AS ai_uses, sum(r.intensity_sum) AS intensity_sum,
            sum(r.intensity_count) AS intensity_count
        FROM public.descriptor_member_terms AS r
        WHERE r.counts AND (p_month IS NULL OR r.month = p_month)
        GROUP BY r.month
    ) AS counted USING (month)
    WHERE (
        kept.uses, kept.members, kept.ai_uses, kept.intensity_sum, kept.intensity_count
    ) IS DISTINCT FROM (
        counted.uses, counted.members, counted.ai_uses, counted.intensity_sum,
        counted.intensity_count
    );
    -- The totals span the months: their sums are those of the months.
    RETURN QUERY
    SELECT
        'descriptor_term_totals', pg_catalog.concat_ws(' ', term_id, descriptor_type),
        kept.uses, counted.uses
    FROM public.descriptor_term_totals AS kept
    FULL JOIN (
        SELECT
            k.term_id, k.descriptor_type, sum(k.uses)::bigint AS uses, sum(k.ai_uses) AS ai_uses,
            sum(k.intensity_sum) AS intensity_sum, sum(k.intensity_count) AS intensity_count
        FROM public.descriptor_term_months AS k
        GROUP BY k.term_id, k.descriptor_type
    ) AS counted USING (term_id, descriptor_type)
    WHERE (
        kept.uses, kept.ai_uses, kept.intensity_sum, kept.intensity_count
    ) IS DISTINCT FROM (
        counted.uses, counted.ai_uses, counted.intensity_sum, counted.intensity_count
    );
END
$$;
REVOKE ALL ON FUNCTION public.check_figures_of_months(date) FROM PUBLIC;

CREATE FUNCTION public.check_figures_of_all_time()
RETURNS TABLE (kept_in text, kept_key text, kept_uses bigint, counted_uses bigint)
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* Where everybody's figures over all months differ from what is kept by member. */
BEGIN
    RETURN QUERY
    SELECT
        'descriptor_term_totals', pg_catalog.concat_ws(' ', term_id, descriptor_type),
        kept.members, counted.members
    FROM public.descriptor_term_totals AS kept
    FULL JOIN (
        SELECT
            r.term_id, r.descriptor_type, count(DISTINCT r.user_id) AS members,
            min(r.first_used_at) AS first_used_at, max(r.last_used_at) AS last_used_at
        FROM public.descriptor_member_terms AS r
        WHERE r.counts
        GROUP BY r.term_id, r.descriptor_type
    ) AS counted USING (term_id, descriptor_type)
    WHERE (
        kept.members, kept.first_used_at, kept.last_used_at
    ) IS DISTINCT FROM (
        counted.members, counted.first_used_at, counted.last_used_at
    );
    RETURN QUERY
    SELECT
        'descriptor_item_category_totals',
        pg_catalog.concat_ws(' ', item_category, term_id, descriptor_type),
        kept.uses, counted.uses
    FROM public.descriptor_item_category_totals AS kept
    FULL JOIN (
        SELECT
            r.item_category, r.term_id, r.descriptor_type, sum(r.uses) AS uses,
            sum(r.ai_uses) AS ai_uses, sum(r.intensity_sum) AS intensity_sum,
            sum(r.intensity_count) AS intensity_count
        FROM public.descriptor_member_terms AS r
        WHERE r.counts AND r.item_category <> ''
        GROUP BY r.item_category, r.term_id, r.descriptor_type
    ) AS counted USING (item_category, term_id, descriptor_type)
    WHERE (
        kept.uses, kept.ai_uses, kept.intensity_sum, kept.intensity_count
    ) IS DISTINCT FROM (
        counted.uses, counted.ai_uses, counted.intensity_sum, counted.intensity_count
    );
    RETURN QUERY
    SELECT 'flavor_terms', t.normalized_form, t.usage_count::bigint, counted.uses
    FROM public.flavor_terms AS t
    LEFT JOIN (
        SELECT
            r.term_id, sum(r.uses) AS uses, count(DISTINCT r.user_id) AS members,
            min(r.first_used_at) AS first_used_at, max(r.last_used_at) AS last_used_at
        FROM public.descriptor_member_terms AS r
        WHERE r.counts
        GROUP BY r.term_id
    ) AS counted ON counted.term_id = t.id
    WHERE (t.usage_count, t.user_count, t.first_used_at, t.last_used_at) IS DISTINCT FROM (
        COALESCE(counted.uses, 0), COALESCE(counted.members, 0), counted.first_used_at,
        counted.last_used_at
    );
END
$$;
REVOKE ALL ON FUNCTION public.check_figures_of_all_time() FROM PUBLIC;

DROP FUNCTION public.check_descriptor_rollups();
CREATE FUNCTION public.check_descriptor_rollups(p_month date DEFAULT NULL)
RETURNS TABLE (kept_in text, kept_key text, kept_uses bigint, counted_uses bigint)
LANGUAGE plpgsql
SET search_path = ''
SET jit = off
SET work_mem = '64MB'
AS $$
/*
Where what is kept differs from a full count: of the attached months from the descriptors, of
everybody's figures from what is kept by member. With p_month of that month, and whether the sums
over all months are those of the months. No row: all is right. What waits in descriptor_changes is
counted first.
*/
DECLARE
    v_month date;
BEGIN
    PERFORM public.fold_descriptor_changes();
    FOR v_month IN
        SELECT each.month::date FROM public.partition_bounds('flavor_descriptors') AS part
        CROSS JOIN LATERAL pg_catalog.generate_series(
            part.lower_bound AT TIME ZONE 'UTC',
            part.upper_bound AT TIME ZONE 'UTC' - interval '1 day', interval '1 month'
        ) AS each (month)
        WHERE NOT part.is_detaching AND (p_month IS NULL OR each.month::date = p_month)
    LOOP
        RETURN QUERY SELECT * FROM public.check_counted_descriptors(v_month);
    END LOOP;
    RETURN QUERY SELECT * FROM public.check_figures_of_months(p_month);
    IF p_month IS NULL THEN
        RETURN QUERY SELECT * FROM public.check_figures_of_all_time();
    END IF;
END
$$;
REVOKE ALL ON FUNCTION public.check_descriptor_rollups(date) FROM PUBLIC;
