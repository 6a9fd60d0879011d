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
-- Workers take longer to start than a member's terms to read.
SET max_parallel_workers_per_gather = 0
AS $$
    /*
    A member's figures as of the last refresh of the views, what the archive has included; zeros for
    who noted nothing. Merged terms are one.
    */
    SELECT public.assert_acts_for_one(p_user_id);
    WITH used AS (
        SELECT r.term_id, r.descriptor_type AS type, sum(r.uses) AS uses, sum(r.ai_uses) AS ai,
            sum(r.intensity_sum) AS intensities, sum(r.intensity_count) AS rated,
            min(r.first_used_at) AS first, max(r.last_used_at) AS last
        FROM public.descriptor_member_terms AS r
        WHERE r.user_id = p_user_id
        GROUP BY r.term_id, r.descriptor_type
    ), mine AS MATERIALIZED (
        SELECT COALESCE(survivor.id, raw.id) AS id, u.type, u.uses, u.ai, u.intensities, u.rated,
            u.first, u.last,
            CASE WHEN survivor.id IS NULL THEN raw.category_id ELSE survivor.category_id END
                AS category_id
        FROM used AS u
        JOIN public.flavor_terms AS raw ON raw.id = u.term_id
        LEFT JOIN public.flavor_terms AS survivor ON survivor.id = raw.canonical_id
    ), by_term AS MATERIALIZED (
        SELECT m.id, m.category_id, sum(m.uses) AS uses FROM mine AS m GROUP BY m.id, m.category_id
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
            WHERE b.uses = (SELECT max(b.uses) FROM by_term AS b)
            ORDER BY t.normalized_form LIMIT 1
        ),
        (
            SELECT path.category
            FROM (
                SELECT b.category_id, sum(b.uses) AS uses FROM by_term AS b GROUP BY b.category_id
            ) AS c
            JOIN public.flavor_category_paths AS path ON path.id = c.category_id
            GROUP BY path.category ORDER BY sum(c.uses) DESC, path.category LIMIT 1
        ),
        min(m.first), max(m.last)
    FROM mine AS m;
$$;
