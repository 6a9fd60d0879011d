CREATE FUNCTION public.most_used_terms(p_type text, p_categories bigint[], p_limit integer)
RETURNS bigint[]
LANGUAGE plpgsql
STABLE
SET search_path = ''
AS $$
/*
Survivors among which the p_limit most used are: those with most uses of their own, and every one that
others were merged into, because its uses are more than its own.
Uses index: term_by_use, term_by_category, term_totals_by_use, term_is_merged.
*/
BEGIN
    RETURN (
        WITH own AS (
            SELECT t.id FROM public.flavor_terms AS t
            WHERE p_type IS NULL AND t.canonical_id IS NULL AND t.usage_count > 0
                AND public.term_is_shown(t, public.calling_role() = 'steward_owner')
                AND (p_categories IS NULL OR t.category_id = ANY (p_categories))
            ORDER BY t.usage_count DESC, t.id
            LIMIT p_limit
        ), own_of_type AS (
            SELECT t.id
            FROM public.descriptor_term_totals AS total
            JOIN public.flavor_terms AS t ON t.id = total.term_id
            WHERE total.descriptor_type = p_type AND t.canonical_id IS NULL
                AND public.term_is_shown(t, public.calling_role() = 'steward_owner')
                AND (p_categories IS NULL OR t.category_id = ANY (p_categories))
            ORDER BY total.uses DESC
            LIMIT p_limit
        ), merged AS (
            SELECT t.id
            FROM (
                SELECT DISTINCT alias.canonical_id AS id FROM public.flavor_terms AS alias
                WHERE alias.canonical_id IS NOT NULL
            ) AS survivor
            JOIN public.flavor_terms AS t ON t.id = survivor.id
            WHERE public.term_is_shown(t, public.calling_role() = 'steward_owner')
                AND (p_categories IS NULL OR t.category_id = ANY (p_categories))
        )
        SELECT pg_catalog.array_agg(DISTINCT found.id)
        FROM (
            SELECT own.id FROM own
            UNION ALL SELECT own_of_type.id FROM own_of_type
            UNION ALL SELECT merged.id FROM merged
        ) AS found
    );
END
$$;
REVOKE ALL ON FUNCTION public.most_used_terms(text, bigint[], integer) FROM PUBLIC;
