CREATE OR REPLACE VIEW public.mv_global_descriptor_stats AS
/* Everybody's uses of each term as one type; a merged term counts as what it was merged into, a
   member who used several of its spellings once. */
SELECT
    term.id AS term_id,
    used.descriptor_type,
    term.normalized_form,
    term.display_text AS descriptor_text,
    term.status,
    path.category_id,
    path.category,
    path.subcategory_id,
    path.subcategory,
    used.usage_count,
    CASE
        WHEN pg_catalog.cardinality(used.terms) = 1 THEN used.members
        ELSE (
            SELECT count(DISTINCT r.user_id) FROM public.descriptor_member_terms AS r
            WHERE r.term_id = ANY (used.terms) AND r.descriptor_type = used.descriptor_type
        )
    END AS user_count,
    used.ai_count,
    used.avg_intensity,
    used.first_used_at,
    used.last_used_at
FROM (
    SELECT
        COALESCE(raw.canonical_id, raw.id) AS term_id,
        kept.descriptor_type,
        pg_catalog.array_agg(raw.id) AS terms,
        sum(kept.uses)::bigint AS usage_count,
        sum(kept.members)::bigint AS members,
        sum(kept.ai_uses)::bigint AS ai_count,
        round(sum(kept.intensity_sum) / NULLIF(sum(kept.intensity_count), 0), 2) AS avg_intensity,
        min(kept.first_used_at) AS first_used_at,
        max(kept.last_used_at) AS last_used_at
    FROM public.descriptor_term_totals AS kept
    JOIN public.flavor_terms AS raw ON raw.id = kept.term_id
    GROUP BY COALESCE(raw.canonical_id, raw.id), kept.descriptor_type
) AS used
JOIN public.flavor_terms AS term ON term.id = used.term_id
LEFT JOIN public.flavor_category_paths AS path ON path.id = term.category_id;
