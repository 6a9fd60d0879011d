CREATE OR REPLACE FUNCTION public.universal_wheel_leaves(p_types text[], p_limit integer)
RETURNS TABLE (
    category_id bigint, subcategory_id bigint, term text, uses bigint, intensity numeric
)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    /*
    What everybody used: of each category the most used terms, twice p_limit to choose from by their
    uses as these types; and a row without a term for the rest of each subcategory. Terms that
    were rejected are left out.
    Uses index: term_by_category, the primary key of descriptor_term_totals.
    */
    WITH branches AS (
        SELECT path.id, path.category_id, path.subcategory_id
        FROM public.flavor_category_paths AS path
        UNION ALL
        SELECT NULL, NULL, NULL
    ), shown AS MATERIALIZED (
        SELECT b.category_id, b.subcategory_id, t.display_text AS term, used.uses, used.intensity
        FROM branches AS b
        CROSS JOIN LATERAL (
            -- Each half is a range of the index; IS NOT DISTINCT FROM would be none.
            (
                SELECT t.id, t.display_text FROM public.flavor_terms AS t
                WHERE t.category_id = b.id AND t.canonical_id IS NULL
                    AND t.status <> 'rejected' AND t.usage_count > 0
                ORDER BY t.usage_count DESC, t.id
                LIMIT 2 * p_limit
            )
            UNION ALL
            (
                SELECT t.id, t.display_text FROM public.flavor_terms AS t
                WHERE b.id IS NULL AND t.category_id IS NULL AND t.canonical_id IS NULL
                    AND t.status <> 'rejected' AND t.usage_count > 0
                ORDER BY t.usage_count DESC, t.id
                LIMIT 2 * p_limit
            )
        ) AS t
        CROSS JOIN LATERAL (
            SELECT sum(total.uses)::bigint AS uses,
                sum(total.intensity_sum) / NULLIF(sum(total.intensity_count), 0) AS intensity
            FROM (
                SELECT t.id
                UNION ALL
                SELECT alias.id FROM public.flavor_terms AS alias WHERE alias.canonical_id = t.id
            ) AS raw (id)
            JOIN public.descriptor_term_totals AS total ON total.term_id = raw.id
            WHERE total.descriptor_type = ANY (p_types)
        ) AS used
        WHERE used.uses > 0
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
            JOIN branches AS b ON b.id IS NOT DISTINCT FROM t.category_id
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
