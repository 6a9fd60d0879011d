CREATE FUNCTION public.wheel_terms_counted(p_terms bigint[] DEFAULT NULL)
RETURNS TABLE (
    term_id bigint, wheel_type text, category_id bigint, uses bigint, intensity_sum bigint,
    intensity_count bigint
)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    /* What descriptor_wheel_terms keeps of these terms, or of all, from the totals by raw term. */
    WITH kinds AS MATERIALIZED (
        SELECT each.wheel_type, type.descriptor_type
        FROM pg_catalog.unnest(ARRAY['aroma', 'flavor', 'combined', 'metaphor'])
            AS each (wheel_type)
        CROSS JOIN LATERAL pg_catalog.unnest(public.wheel_types(each.wheel_type))
            AS type (descriptor_type)
    ), raw AS (
        SELECT t.id, t.id AS raw_id, t.category_id FROM public.flavor_terms AS t
        WHERE t.canonical_id IS NULL AND t.status <> 'rejected'
            AND (p_terms IS NULL OR t.id = ANY (p_terms))
        UNION ALL
        SELECT t.id, alias.id, t.category_id
        FROM public.flavor_terms AS alias
        JOIN public.flavor_terms AS t ON t.id = alias.canonical_id
        WHERE t.status <> 'rejected'
            AND (p_terms IS NULL OR alias.canonical_id = ANY (p_terms))
    )
    SELECT r.id, k.wheel_type, COALESCE(r.category_id, 0), sum(total.uses)::bigint,
        sum(total.intensity_sum)::bigint, sum(total.intensity_count)::bigint
    FROM raw AS r
    JOIN public.descriptor_term_totals AS total ON total.term_id = r.raw_id
    JOIN kinds AS k ON k.descriptor_type = total.descriptor_type
    GROUP BY r.id, k.wheel_type, r.category_id;
$$;
REVOKE ALL ON FUNCTION public.wheel_terms_counted(bigint[]) FROM PUBLIC;
