CREATE FUNCTION public.check_descriptor_rollups()
RETURNS TABLE (kept_in text, kept_key text, kept_uses bigint, counted_uses bigint)
LANGUAGE plpgsql
SET search_path = ''
SET jit = off
AS $$
/*
Where what is kept differs from a full count: of the attached months from the descriptors, of the
terms and months from what is kept by member. No row: all is right. What waits in descriptor_changes
is counted first.
*/
BEGIN
    PERFORM public.fold_descriptor_changes();
    RETURN QUERY
    SELECT
        'descriptor_member_terms', pg_catalog.concat_ws(
            ' ', user_id, term_id, descriptor_type, month
        ), kept.uses::bigint, counted.uses
    FROM (
        SELECT r.* FROM public.descriptor_member_terms AS r
        WHERE EXISTS (
            SELECT FROM public.partition_bounds('flavor_descriptors') AS part
            WHERE NOT part.is_detaching
                AND part.lower_bound <= r.month::timestamp AT TIME ZONE 'UTC'
                AND part.upper_bound > r.month::timestamp AT TIME ZONE 'UTC'
        )
    ) AS kept
    FULL JOIN (
        SELECT
            d.user_id, d.term_id, d.descriptor_type,
            pg_catalog.date_trunc('month', d.created_at, 'UTC')::date AS month,
            count(*) AS uses, count(*) FILTER (WHERE d.ai_extracted) AS ai_uses,
            COALESCE(sum(d.intensity), 0) AS intensity_sum,
            count(d.intensity) AS intensity_count,
            min(d.created_at) AS first_used_at, max(d.created_at) AS last_used_at
        FROM public.flavor_descriptors AS d
        GROUP BY 1, 2, 3, 4
    ) AS counted USING (user_id, term_id, descriptor_type, month)
    WHERE (
        kept.uses, kept.ai_uses, kept.intensity_sum, kept.intensity_count,
        kept.first_used_at, kept.last_used_at
    ) IS DISTINCT FROM (
        counted.uses, counted.ai_uses, counted.intensity_sum, counted.intensity_count,
        counted.first_used_at, counted.last_used_at
    );
    RETURN QUERY
    SELECT
        'descriptor_term_months', pg_catalog.concat_ws(' ', term_id, descriptor_type, month),
        kept.uses, counted.uses
    FROM public.descriptor_term_months AS kept
    FULL JOIN (
        SELECT
            r.term_id, r.descriptor_type, r.month, sum(r.uses) AS uses, count(*) AS members,
            sum(r.ai_uses) AS ai_uses, sum(r.intensity_sum) AS intensity_sum,
            sum(r.intensity_count) AS intensity_count
        FROM public.descriptor_member_terms AS r
        GROUP BY r.term_id, r.descriptor_type, r.month
    ) AS counted USING (term_id, descriptor_type, month)
    WHERE (
        kept.uses, kept.members, kept.ai_uses, kept.intensity_sum, kept.intensity_count
    ) IS DISTINCT FROM (
        counted.uses, counted.members, counted.ai_uses, counted.intensity_sum,
        counted.intensity_count
    );
    RETURN QUERY
    SELECT
        'descriptor_months', month::text, kept.uses, counted.uses
    FROM public.descriptor_months AS kept
    FULL JOIN (
        SELECT
            r.month, sum(r.uses) AS uses, count(DISTINCT r.user_id) AS members,
            sum(r.ai_uses) AS ai_uses, sum(r.intensity_sum) AS intensity_sum,
            sum(r.intensity_count) AS intensity_count
        FROM public.descriptor_member_terms AS r
        GROUP BY r.month
    ) AS counted USING (month)
    WHERE (
        kept.uses, kept.members, kept.ai_uses, kept.intensity_sum, kept.intensity_count
    ) IS DISTINCT FROM (
        counted.uses, counted.members, counted.ai_uses, counted.intensity_sum,
        counted.intensity_count
    );
    RETURN QUERY
    SELECT
        'descriptor_term_totals', pg_catalog.concat_ws(' ', term_id, descriptor_type),
        kept.uses, counted.uses
    FROM public.descriptor_term_totals AS kept
    FULL JOIN (
        SELECT
            r.term_id, r.descriptor_type, sum(r.uses) AS uses,
            count(DISTINCT r.user_id) AS members, sum(r.ai_uses) AS ai_uses,
            sum(r.intensity_sum) AS intensity_sum, sum(r.intensity_count) AS intensity_count,
            min(r.first_used_at) AS first_used_at, max(r.last_used_at) AS last_used_at
        FROM public.descriptor_member_terms AS r
        GROUP BY r.term_id, r.descriptor_type
    ) AS counted USING (term_id, descriptor_type)
    WHERE (
        kept.uses, kept.members, kept.ai_uses, kept.intensity_sum, kept.intensity_count,
        kept.first_used_at, kept.last_used_at
    ) IS DISTINCT FROM (
        counted.uses, counted.members, counted.ai_uses, counted.intensity_sum,
        counted.intensity_count, counted.first_used_at, counted.last_used_at
    );
    RETURN QUERY
    SELECT 'flavor_terms', t.normalized_form, t.usage_count::bigint, counted.uses
    FROM public.flavor_terms AS t
    LEFT JOIN (
        SELECT
            r.term_id, sum(r.uses) AS uses, count(DISTINCT r.user_id) AS members,
            min(r.first_used_at) AS first_used_at, max(r.last_used_at) AS last_used_at
        FROM public.descriptor_member_terms AS r
        GROUP BY r.term_id
    ) AS counted ON counted.term_id = t.id
    WHERE (t.usage_count, t.user_count, t.first_used_at, t.last_used_at) IS DISTINCT FROM (
        COALESCE(counted.uses, 0), COALESCE(counted.members, 0), counted.first_used_at,
        counted.last_used_at
    );
END
$$;
REVOKE ALL ON FUNCTION public.check_descriptor_rollups() FROM PUBLIC;
