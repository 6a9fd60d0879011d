CREATE OR REPLACE FUNCTION public.check_figures_of_all_time()
RETURNS TABLE (kept_in text, kept_key text, kept_uses bigint, counted_uses bigint)
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* Where everybody's figures over all months differ from what is kept by member, and what is kept of
   items from their descriptors. */
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
    LEFT JOIN public.flavor_terms AS raw ON raw.id = term_id
    LEFT JOIN public.flavor_terms AS t ON t.id = COALESCE(raw.canonical_id, raw.id)
    WHERE (
        kept.uses, kept.ai_uses, kept.intensity_sum, kept.intensity_count, kept.category_id
    ) IS DISTINCT FROM (
        counted.uses, counted.ai_uses, counted.intensity_sum, counted.intensity_count,
        CASE WHEN t.status <> 'rejected' THEN COALESCE(t.category_id, 0) END
    );
    RETURN QUERY
    SELECT
        'descriptor_item_category_branches',
        pg_catalog.concat_ws(' ', item_category, category_id, descriptor_type),
        kept.uses, counted.uses
    FROM public.descriptor_item_category_branches AS kept
    FULL JOIN (
        SELECT r.item_category, r.category_id, r.descriptor_type, sum(r.uses)::bigint AS uses
        FROM public.descriptor_item_category_totals AS r
        WHERE r.category_id IS NOT NULL
        GROUP BY r.item_category, r.category_id, r.descriptor_type
    ) AS counted USING (item_category, category_id, descriptor_type)
    WHERE kept.uses IS DISTINCT FROM counted.uses;
    RETURN QUERY
    SELECT
        'descriptor_wheel_terms', pg_catalog.concat_ws(' ', term_id, wheel_type), kept.uses,
        counted.uses
    FROM public.descriptor_wheel_terms AS kept
    FULL JOIN public.wheel_terms_counted() AS counted USING (term_id, wheel_type)
    WHERE (
        kept.category_id, kept.uses, kept.intensity_sum, kept.intensity_count
    ) IS DISTINCT FROM (
        counted.category_id, counted.uses, counted.intensity_sum, counted.intensity_count
    );
    RETURN QUERY SELECT * FROM public.check_items();
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
