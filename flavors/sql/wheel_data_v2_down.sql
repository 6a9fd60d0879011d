CREATE OR REPLACE FUNCTION public.wheel_data(
    p_user_id uuid, p_wheel_type text, p_scope text, p_of text, p_min_count integer,
    p_limit integer
)
RETURNS jsonb
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    /*
    {"categories": [{"name", "color", "count", "percentage", "subcategories": [{"name", "color",
    "count", "descriptors": [{"text", "count", "avgIntensity"}]}]}], "totalDescriptors",
    "generatedAt"}: the largest first; of each subcategory the p_limit most used descriptors with
    p_min_count uses and more. Counts are of all.
    */
    WITH leaves AS MATERIALIZED (
        SELECT l.*, pg_catalog.row_number() OVER (
            PARTITION BY l.category_id, l.subcategory_id
            ORDER BY l.term IS NULL, l.uses DESC, l.term
        ) AS place
        FROM public.wheel_leaves(
            p_user_id, public.wheel_types(p_wheel_type), p_scope, p_of, p_limit
        ) AS l
    ), subcategories AS (
        SELECT l.category_id, l.subcategory_id, sum(l.uses)::bigint AS uses,
            COALESCE(
                pg_catalog.jsonb_agg(
                    pg_catalog.jsonb_build_object(
                        'text', l.term, 'count', l.uses,
                        'avgIntensity', pg_catalog.round(l.intensity, 2)
                    ) ORDER BY l.place
                ) FILTER (
                    WHERE l.place <= p_limit AND l.uses >= p_min_count AND l.term IS NOT NULL
                ),
                '[]'
            ) AS descriptors
        FROM leaves AS l
        GROUP BY l.category_id, l.subcategory_id
    ), categories AS (
        SELECT s.category_id, sum(s.uses)::bigint AS uses,
            pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object(
                    'name', COALESCE(c.name, 'General'), 'color', NULLIF(c.color, ''),
                    'count', s.uses, 'descriptors', s.descriptors
                ) ORDER BY s.uses DESC, c.name
            ) AS subcategories
        FROM subcategories AS s
        LEFT JOIN public.flavor_categories AS c ON c.id = s.subcategory_id
        GROUP BY s.category_id
    )
    SELECT pg_catalog.jsonb_build_object(
        'categories', COALESCE(
            pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object(
                    'name', COALESCE(c.name, 'Uncategorised'), 'color', NULLIF(c.color, ''),
                    'count', k.uses, 'percentage', pg_catalog.round(
                        100 * k.uses / (SELECT sum(k.uses) FROM categories AS k), 2
                    ),
                    'subcategories', k.subcategories
                ) ORDER BY k.uses DESC, c.name
            ),
            '[]'
        ),
        'totalDescriptors', COALESCE(sum(k.uses), 0),
        'generatedAt', pg_catalog.now()
    )
    FROM categories AS k LEFT JOIN public.flavor_categories AS c ON c.id = k.category_id;
$$;

CREATE OR REPLACE FUNCTION public.member_wheel_leaves(p_user_id uuid, p_types text[])
RETURNS TABLE (
    category_id bigint, subcategory_id bigint, term text, uses bigint, intensity numeric
)
LANGUAGE sql
STABLE
SET search_path = ''
-- Workers take longer to start than a member's terms to read.
SET max_parallel_workers_per_gather = 0
AS $$
    /*
    The terms of a member with their uses, by what is kept of the descriptors.
    Uses index: member_terms_of_member, flavor_terms_pkey: once for a term that was not merged.
    */
    SELECT path.category_id, path.subcategory_id,
        min(COALESCE(survivor.display_text, raw.display_text)), sum(u.uses)::bigint,
        sum(u.intensities) / NULLIF(sum(u.rated), 0)
    FROM (
        SELECT r.term_id, sum(r.uses) AS uses, sum(r.intensity_sum) AS intensities,
            sum(r.intensity_count) AS rated
        FROM public.descriptor_member_terms AS r
        WHERE r.user_id = p_user_id AND r.descriptor_type = ANY (p_types)
        GROUP BY r.term_id
    ) AS u
    JOIN public.flavor_terms AS raw ON raw.id = u.term_id
    LEFT JOIN public.flavor_terms AS survivor ON survivor.id = raw.canonical_id
    LEFT JOIN public.flavor_category_paths AS path ON path.id
        = CASE WHEN survivor.id IS NULL THEN raw.category_id ELSE survivor.category_id END
    WHERE COALESCE(survivor.status, raw.status) <> 'rejected'
    GROUP BY path.category_id, path.subcategory_id, COALESCE(survivor.id, raw.id);
$$;
