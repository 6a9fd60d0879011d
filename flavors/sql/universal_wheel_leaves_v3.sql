CREATE OR REPLACE FUNCTION public.universal_wheel_leaves(p_types text[], p_limit integer)
RETURNS TABLE (
    category_id bigint, subcategory_id bigint, term text, uses bigint, intensity numeric
)
LANGUAGE sql
STABLE
SET search_path = ''
-- By index: the few terms that are shown, of a large lexicon.
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
    /*
    What everybody used: of each category the p_limit most used terms; and a row without a term for the
    rest of each subcategory. A term that was merged, moved or rejected since the last refresh is left
    out until the next one; so many more are looked at.
    Uses index: wheel_terms_by_branch, flavor_terms_pkey.
    */
    WITH branches AS (
        SELECT path.id, path.category_id, path.subcategory_id
        FROM public.flavor_category_paths AS path
        UNION ALL
        SELECT 0, NULL, NULL
    ), asked AS MATERIALIZED (
        SELECT each.wheel_type,
            p_limit + least(p_limit, (SELECT count(*) FROM public.descriptor_term_moves)) AS most
        FROM pg_catalog.unnest(ARRAY['aroma', 'flavor', 'combined', 'metaphor'])
            AS each (wheel_type)
        WHERE public.wheel_types(each.wheel_type) = p_types
    ), shown AS MATERIALIZED (
        SELECT b.category_id, b.subcategory_id, t.display_text AS term, top.uses,
            top.intensity_sum::numeric / NULLIF(top.intensity_count, 0) AS intensity
        FROM asked
        CROSS JOIN branches AS b
        CROSS JOIN LATERAL (
            SELECT w.term_id, w.uses, w.intensity_sum, w.intensity_count
            FROM public.descriptor_wheel_terms AS w
            WHERE w.wheel_type = asked.wheel_type AND w.category_id = b.id
            ORDER BY w.uses DESC, w.term_id
            LIMIT asked.most
        ) AS top
        JOIN public.flavor_terms AS t ON t.id = top.term_id
        WHERE t.canonical_id IS NULL AND t.status <> 'rejected'
            AND COALESCE(t.category_id, 0) = b.id
    ), whole AS (
        SELECT part.category_id, part.subcategory_id, sum(part.uses) AS uses
        FROM (
            SELECT NULLIF(s.category_id, 0) AS category_id,
                NULLIF(s.subcategory_id, 0) AS subcategory_id, s.usage_count AS uses
            FROM public.mv_category_descriptor_summary AS s
            WHERE s.descriptor_type = ANY (p_types)
            UNION ALL
            SELECT b.category_id, b.subcategory_id, -total.uses
            FROM public.flavor_terms AS t
            JOIN public.descriptor_term_totals AS total ON total.term_id = t.id
            JOIN branches AS b ON b.id = COALESCE(t.category_id, 0)
            WHERE t.status = 'rejected' AND t.canonical_id IS NULL
                AND total.descriptor_type = ANY (p_types)
        ) AS part
        GROUP BY part.category_id, part.subcategory_id
    )
    SELECT s.category_id, s.subcategory_id, s.term, s.uses, s.intensity FROM shown AS s
    UNION ALL
    SELECT w.category_id, w.subcategory_id, NULL, (w.uses - COALESCE(s.uses, 0))::bigint, NULL
    FROM whole AS w
    LEFT JOIN (
        SELECT shown.category_id, shown.subcategory_id, sum(shown.uses) AS uses
        FROM shown GROUP BY 1, 2
    ) AS s ON s.category_id IS NOT DISTINCT FROM w.category_id
        AND s.subcategory_id IS NOT DISTINCT FROM w.subcategory_id
    WHERE w.uses > COALESCE(s.uses, 0);
$$;
