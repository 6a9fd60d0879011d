CREATE FUNCTION public.wheel_types(p_wheel_type text)
RETURNS text[]
LANGUAGE sql
IMMUTABLE
SET search_path = ''
AS $$
    /* The descriptor types of a wheel: combined are aroma and flavor, one text of both being one. */
    SELECT CASE p_wheel_type WHEN 'combined' THEN ARRAY['aroma', 'flavor']
        ELSE ARRAY[p_wheel_type] END;
$$;
REVOKE ALL ON FUNCTION public.wheel_types(text) FROM PUBLIC;

CREATE FUNCTION public.universal_wheel_leaves(p_types text[], p_limit integer)
RETURNS TABLE (
    category_id bigint, subcategory_id bigint, term text, uses bigint, intensity numeric
)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    /*
    What everybody used: of each category the most used terms, four times p_limit to choose from by
    their uses as these types; and a row without a term for the rest of each subcategory. Terms that
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
            SELECT t.id, t.display_text FROM public.flavor_terms AS t
            WHERE t.category_id IS NOT DISTINCT FROM b.id AND t.canonical_id IS NULL
                AND t.status <> 'rejected' AND t.usage_count > 0
            ORDER BY t.usage_count DESC, t.id
            LIMIT 4 * p_limit
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
REVOKE ALL ON FUNCTION public.universal_wheel_leaves(text[], integer) FROM PUBLIC;

CREATE FUNCTION public.wheel_leaves(
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
member by what is kept of the descriptors, of an item, an item category or a tasting from the
descriptors themselves.
Uses index: member_terms_of_member, descriptor_of_member, descriptor_of_item, …_once.
*/
BEGIN
    IF p_scope = 'universal' THEN
        RETURN QUERY SELECT * FROM public.universal_wheel_leaves(p_types, p_limit);
        RETURN;
    END IF;
    RETURN QUERY EXECUTE pg_catalog.format(
        $query$
        SELECT path.category_id, path.subcategory_id, t.display_text, sum(u.uses)::bigint,
            sum(u.intensities) / NULLIF(sum(u.rated), 0)
        FROM (%s) AS u
        JOIN public.flavor_terms AS raw ON raw.id = u.term_id
        JOIN public.flavor_terms AS t ON t.id = COALESCE(raw.canonical_id, raw.id)
        LEFT JOIN public.flavor_category_paths AS path ON path.id = t.category_id
        WHERE t.status <> 'rejected'
        GROUP BY path.category_id, path.subcategory_id, t.id
        $query$,
        CASE WHEN p_scope = 'personal' THEN
            'SELECT r.term_id, sum(r.uses) AS uses, sum(r.intensity_sum) AS intensities,'
            ' sum(r.intensity_count) AS rated FROM public.descriptor_member_terms AS r'
            ' WHERE r.user_id = $1 AND r.descriptor_type = ANY ($2) GROUP BY r.term_id'
        ELSE
            'SELECT d.term_id, count(*) AS uses, sum(d.intensity) AS intensities,'
            ' count(d.intensity) AS rated FROM public.flavor_descriptors AS d'
            ' WHERE d.descriptor_type = ANY ($2) AND '
            || CASE p_scope
                WHEN 'item' THEN 'd.item_name = $3'
                WHEN 'category' THEN 'd.item_category = $3'
                ELSE 'd.source_id = $3::uuid'
            END
            || CASE WHEN p_user_id IS NOT NULL THEN ' AND d.user_id = $1'
                ELSE ' AND EXISTS (SELECT FROM public.members AS m'
                    ' WHERE m.id = d.user_id AND m.is_active)'
            END
            || ' GROUP BY d.term_id'
        END
    ) USING p_user_id, p_types, p_of;
END
$$;
REVOKE ALL ON FUNCTION public.wheel_leaves(uuid, text[], text, text, integer) FROM PUBLIC;

CREATE FUNCTION public.wheel_data(
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
REVOKE ALL ON FUNCTION public.wheel_data(uuid, text, text, text, integer, integer) FROM PUBLIC;

CREATE FUNCTION public.assert_wheel(
    p_user_id uuid, p_wheel_type text, p_scope text, p_of text
)
RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = ''
AS $$
/* Raises where there is no such wheel, or the caller may not see it: anybody's universal one, a
   member's own, the owner any. */
BEGIN
    PERFORM public.assert_one_of(
        'p_wheel_type', COALESCE(p_wheel_type, ''), ARRAY['aroma', 'flavor', 'combined', 'metaphor']
    );
    PERFORM public.assert_one_of('p_scope_type', COALESCE(p_scope, ''), ARRAY[
        'personal', 'universal', 'item', 'category', 'tasting'
    ]);
    IF p_scope = 'universal' THEN
        RETURN;
    END IF;
    PERFORM public.assert_acts_for(p_user_id);
    IF p_scope = 'personal' AND p_user_id IS NULL THEN
        RAISE EXCEPTION 'A personal wheel is of a member: p_user_id is missing.'
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF p_scope <> 'personal' AND COALESCE(p_of, '') = '' THEN
        RAISE EXCEPTION 'A wheel of % needs its name.',
            CASE p_scope WHEN 'item' THEN 'an item' WHEN 'category' THEN 'a category'
                ELSE 'a tasting' END
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF p_scope = 'tasting'
        AND NOT pg_catalog.pg_input_is_valid(p_of, 'uuid')
    THEN
        RAISE EXCEPTION 'A tasting is meant by its id, not “%”.', p_of
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION public.assert_wheel(uuid, text, text, text) FROM PUBLIC;

CREATE FUNCTION public.generate_wheel_data_optimized(
    p_user_id uuid DEFAULT NULL,
    p_wheel_type text DEFAULT 'combined',
    p_min_count integer DEFAULT 1,
    p_limit integer DEFAULT 10
)
RETURNS jsonb
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
/* The wheel of a member, or without one of everybody, as of the last refresh of the views; its shape:
   wheel_data(). */
DECLARE
    v_scope text := CASE WHEN p_user_id IS NULL THEN 'universal' ELSE 'personal' END;
BEGIN
    PERFORM public.assert_wheel(p_user_id, p_wheel_type, v_scope, '');
    PERFORM public.assert_in_range('p_min_count', p_min_count, 1, 1000000);
    PERFORM public.assert_in_range('p_limit', p_limit, 1, 100);
    RETURN public.wheel_data(p_user_id, p_wheel_type, v_scope, '', p_min_count, p_limit);
END
$$;
REVOKE ALL ON FUNCTION public.generate_wheel_data_optimized(uuid, text, integer, integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.generate_wheel_data_optimized(uuid, text, integer, integer)
    TO steward_member;

CREATE FUNCTION public.get_wheel_data_fast(
    p_user_id uuid DEFAULT NULL,
    p_wheel_type text DEFAULT 'combined',
    p_scope_type text DEFAULT NULL,
    p_scope_value text DEFAULT NULL
)
RETURNS jsonb
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
/*
The wheel of a member (personal), of everybody (universal), of an item, an item category or a
tasting; of the latter three a member's part, if p_user_id is given. Without p_scope_type personal
with a member, else universal. Its shape: wheel_data().
*/
DECLARE
    v_scope text := COALESCE(
        p_scope_type, CASE WHEN p_user_id IS NULL THEN 'universal' ELSE 'personal' END
    );
BEGIN
    PERFORM public.assert_wheel(p_user_id, p_wheel_type, v_scope, p_scope_value);
    RETURN public.wheel_data(
        CASE WHEN v_scope <> 'universal' THEN p_user_id END, p_wheel_type, v_scope, p_scope_value,
        1, 10
    );
END
$$;
REVOKE ALL ON FUNCTION public.get_wheel_data_fast(uuid, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.get_wheel_data_fast(uuid, text, text, text) TO steward_member;
