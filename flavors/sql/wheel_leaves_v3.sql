CREATE FUNCTION public.item_category_wheel_leaves(
    p_types text[], p_of text, p_limit integer
)
RETURNS TABLE (
    category_id bigint, subcategory_id bigint, term text, uses bigint, intensity numeric
)
LANGUAGE sql
STABLE
SET search_path = ''
SET max_parallel_workers_per_gather = 0
-- By index: the few terms that are shown, of a large lexicon.
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
    /*
    What active members noted of items of one category: of each branch the most used terms, of each
    type twice p_limit to choose from; and a row without a term for the rest of each subcategory.
    Uses index: item_category_terms_by_branch, the keys of both tables.
    */
    WITH parts AS (
        SELECT path.id, path.category_id, path.subcategory_id
        FROM public.flavor_category_paths AS path
        UNION ALL
        SELECT 0, NULL, NULL
    ), branches AS MATERIALIZED (
        SELECT parts.id, parts.category_id, parts.subcategory_id, sum(k.uses) AS uses
        FROM public.descriptor_item_category_branches AS k
        JOIN parts ON parts.id = k.category_id
        WHERE k.item_category = p_of AND k.descriptor_type = ANY (p_types)
        GROUP BY parts.id, parts.category_id, parts.subcategory_id
    ), found AS MATERIALIZED (
        SELECT DISTINCT b.id AS branch, COALESCE(raw.canonical_id, raw.id) AS id
        FROM branches AS b
        CROSS JOIN pg_catalog.unnest(p_types) AS type
        CROSS JOIN LATERAL (
            SELECT r.term_id FROM public.descriptor_item_category_totals AS r
            WHERE r.item_category = p_of AND r.category_id = b.id AND r.descriptor_type = type
            ORDER BY r.uses DESC
            LIMIT 2 * p_limit
        ) AS top
        JOIN public.flavor_terms AS raw ON raw.id = top.term_id
    ), shown AS MATERIALIZED (
        SELECT b.category_id, b.subcategory_id, t.display_text AS term, used.uses, used.intensity
        FROM found AS f
        JOIN branches AS b ON b.id = f.branch
        -- One that was moved since the last refresh is told where it is now, once.
        JOIN public.flavor_terms AS t ON t.id = f.id AND COALESCE(t.category_id, 0) = f.branch
            AND t.status <> 'rejected'
        CROSS JOIN LATERAL (
            SELECT sum(total.uses)::bigint AS uses,
                sum(total.intensity_sum) / NULLIF(sum(total.intensity_count), 0) AS intensity
            FROM (
                SELECT f.id
                UNION ALL
                SELECT alias.id FROM public.flavor_terms AS alias WHERE alias.canonical_id = f.id
            ) AS raw (id)
            JOIN public.descriptor_item_category_totals AS total
                ON total.term_id = raw.id AND total.item_category = p_of
            WHERE total.descriptor_type = ANY (p_types)
        ) AS used
    )
    SELECT s.category_id, s.subcategory_id, s.term, s.uses, s.intensity FROM shown AS s
    UNION ALL
    SELECT w.category_id, w.subcategory_id, NULL, (w.uses - COALESCE(s.uses, 0))::bigint, NULL
    FROM (
        SELECT b.category_id, b.subcategory_id, sum(b.uses) AS uses FROM branches AS b GROUP BY 1, 2
    ) AS w
    LEFT JOIN (
        SELECT shown.category_id, shown.subcategory_id, sum(shown.uses) AS uses
        FROM shown GROUP BY 1, 2
    ) AS s ON s.category_id IS NOT DISTINCT FROM w.category_id
        AND s.subcategory_id IS NOT DISTINCT FROM w.subcategory_id
    WHERE w.uses > COALESCE(s.uses, 0);
$$;
REVOKE ALL ON FUNCTION public.item_category_wheel_leaves(text[], text, integer) FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.wheel_leaves(
    p_user_id uuid, p_types text[], p_scope text, p_of text, p_limit integer
)
RETURNS TABLE (
    category_id bigint, subcategory_id bigint, term text, uses bigint, intensity numeric
)
LANGUAGE plpgsql
STABLE
SET search_path = ''
AS $$
/*
What a wheel is made of, by term; a row without a term counts terms that are not told one by one. Of a
member or an item category by what is kept of the descriptors, of an item or a tasting from the
descriptors themselves.
Uses index: descriptor_of_item, …_once.
*/
BEGIN
    IF p_scope = 'universal' THEN
        RETURN QUERY SELECT * FROM public.universal_wheel_leaves(p_types, p_limit);
        RETURN;
    ELSIF p_scope = 'personal' THEN
        RETURN QUERY SELECT * FROM public.member_wheel_leaves(p_user_id, p_types);
        RETURN;
    ELSIF p_scope = 'category' AND p_user_id IS NULL THEN
        RETURN QUERY SELECT * FROM public.item_category_wheel_leaves(p_types, p_of, p_limit);
        RETURN;
    END IF;
    RETURN QUERY EXECUTE pg_catalog.format(
        $query$
        SELECT path.category_id, path.subcategory_id, t.display_text, sum(u.uses)::bigint,
            sum(u.intensities)::numeric / NULLIF(sum(u.rated), 0)
        FROM (%s) AS u
        JOIN public.flavor_terms AS raw ON raw.id = u.term_id
        JOIN public.flavor_terms AS t ON t.id = COALESCE(raw.canonical_id, raw.id)
        LEFT JOIN public.flavor_category_paths AS path ON path.id = t.category_id
        WHERE t.status <> 'rejected'
        GROUP BY path.category_id, path.subcategory_id, t.id
        $query$,
        CASE
            WHEN p_scope = 'category' THEN
                'SELECT r.term_id, r.uses, r.intensity_sum AS intensities,'
                ' r.intensity_count AS rated FROM public.descriptor_member_terms AS r'
                ' WHERE r.user_id = $1 AND r.item_category = $3 AND r.descriptor_type = ANY ($2)'
            ELSE
                'SELECT d.term_id, count(*) AS uses, sum(d.intensity) AS intensities,'
                ' count(d.intensity) AS rated FROM public.flavor_descriptors AS d'
                ' WHERE d.descriptor_type = ANY ($2) AND '
                || CASE p_scope WHEN 'item' THEN 'd.item_name = $3'
                    ELSE 'd.source_id = $3::uuid' END
                || CASE WHEN p_user_id IS NOT NULL THEN ' AND d.user_id = $1'
                    ELSE ' AND EXISTS (SELECT FROM public.members AS m'
                        ' WHERE m.id = d.user_id AND m.is_active)' END
                || ' GROUP BY d.term_id'
        END
    ) USING p_user_id, p_types, p_of;
END
$$;
