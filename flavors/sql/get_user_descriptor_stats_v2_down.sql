CREATE OR REPLACE FUNCTION public.get_user_descriptor_stats(p_user_id uuid)
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
