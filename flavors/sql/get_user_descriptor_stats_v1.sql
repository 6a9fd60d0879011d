CREATE FUNCTION public.get_user_descriptor_stats(p_user_id uuid)
RETURNS TABLE (
    total_descriptors bigint, unique_descriptors bigint, aroma_count bigint, flavor_count bigint,
    texture_count bigint, defect_count bigint, metaphor_count bigint, mouthfeel_count bigint,
    ai_count bigint, avg_intensity numeric, top_descriptor text, top_category text,
    first_descriptor_at timestamptz, last_descriptor_at timestamptz
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
    /*
    A member's figures as of the last refresh of the views, what the archive has included; zeros for
    who noted nothing. Merged terms are one.
    */
    SELECT public.assert_acts_for(p_user_id);
    WITH mine AS MATERIALIZED (
        SELECT COALESCE(raw.canonical_id, raw.id) AS id, r.descriptor_type AS type,
            sum(r.uses) AS uses, sum(r.ai_uses) AS ai, sum(r.intensity_sum) AS intensities,
            sum(r.intensity_count) AS rated, min(r.first_used_at) AS first,
            max(r.last_used_at) AS last
        FROM public.descriptor_member_terms AS r
        JOIN public.flavor_terms AS raw ON raw.id = r.term_id
        WHERE r.user_id = p_user_id
        GROUP BY 1, 2
    ), by_term AS (
        SELECT m.id, sum(m.uses) AS uses FROM mine AS m GROUP BY m.id
    )
    SELECT
        COALESCE(sum(m.uses), 0)::bigint, count(DISTINCT m.id),
        COALESCE(sum(m.uses) FILTER (WHERE m.type = 'aroma'), 0)::bigint,
        COALESCE(sum(m.uses) FILTER (WHERE m.type = 'flavor'), 0)::bigint,
        COALESCE(sum(m.uses) FILTER (WHERE m.type = 'texture'), 0)::bigint,
        COALESCE(sum(m.uses) FILTER (WHERE m.type = 'defect'), 0)::bigint,
        COALESCE(sum(m.uses) FILTER (WHERE m.type = 'metaphor'), 0)::bigint,
        COALESCE(sum(m.uses) FILTER (WHERE m.type = 'mouthfeel'), 0)::bigint,
        COALESCE(sum(m.ai), 0)::bigint,
        pg_catalog.round(sum(m.intensities) / NULLIF(sum(m.rated), 0), 2),
        (
            SELECT t.display_text FROM by_term AS b JOIN public.flavor_terms AS t ON t.id = b.id
            ORDER BY b.uses DESC, t.normalized_form LIMIT 1
        ),
        (
            SELECT path.category FROM by_term AS b JOIN public.flavor_terms AS t ON t.id = b.id
            JOIN public.flavor_category_paths AS path ON path.id = t.category_id
            GROUP BY path.category ORDER BY sum(b.uses) DESC, path.category LIMIT 1
        ),
        min(m.first), max(m.last)
    FROM mine AS m;
$$;
REVOKE ALL ON FUNCTION public.get_user_descriptor_stats(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.get_user_descriptor_stats(uuid) TO steward_member;

CREATE FUNCTION public.get_top_descriptors(
    p_user_id uuid DEFAULT NULL,
    p_type text DEFAULT NULL,
    p_category text DEFAULT NULL,
    p_limit integer DEFAULT 20
)
RETURNS TABLE (
    text text, type text, category text, subcategory text, usage_count bigint, term_id bigint
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
/*
The most used terms of a member or of everybody, merged ones as one; `type` is what most of the uses
are. As of the last refresh of the views.
Uses index: term_by_use or term_totals_by_use for everybody's, member_terms_of_member for a member's.
*/
#variable_conflict use_column
DECLARE
    v_categories bigint[];
    v_found bigint[];
BEGIN
    PERFORM public.assert_descriptor_type(p_type);
    PERFORM public.assert_in_range('p_limit', p_limit, 1, 1000);
    v_categories := public.flavor_categories_named(p_category);
    IF p_user_id IS NOT NULL THEN
        PERFORM public.assert_acts_for(p_user_id);
        RETURN QUERY
            SELECT t.display_text, u.type, path.category, path.subcategory, u.uses, t.id
            FROM public.member_terms(p_user_id, p_type, '') AS u
            JOIN public.flavor_terms AS t ON t.id = u.id
            LEFT JOIN public.flavor_category_paths AS path ON path.id = t.category_id
            WHERE v_categories IS NULL OR t.category_id = ANY (v_categories)
            ORDER BY u.uses DESC, t.normalized_form
            LIMIT p_limit;
        RETURN;
    END IF;
    v_found := public.most_used_terms(p_type, v_categories, p_limit);
    RETURN QUERY
        SELECT t.display_text, u.type, path.category, path.subcategory, u.usage_count, t.id
        FROM public.term_uses(v_found, p_type) AS u
        JOIN public.flavor_terms AS t ON t.id = u.term_id
        LEFT JOIN public.flavor_category_paths AS path ON path.id = t.category_id
        WHERE u.usage_count > 0
        ORDER BY u.usage_count DESC, t.normalized_form
        LIMIT p_limit;
END
$$;
REVOKE ALL ON FUNCTION public.get_top_descriptors(uuid, text, text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.get_top_descriptors(uuid, text, text, integer)
    TO steward_member;
