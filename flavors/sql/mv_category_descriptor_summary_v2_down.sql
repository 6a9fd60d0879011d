DROP MATERIALIZED VIEW public.mv_category_descriptor_summary;
CREATE MATERIALIZED VIEW public.mv_category_descriptor_summary AS
/* The uses of each subcategory's terms as one type. Category 0: terms without one; subcategory 0:
   those of the category itself. */
SELECT
    COALESCE(path.category_id, 0) AS category_id,
    COALESCE(path.subcategory_id, 0) AS subcategory_id,
    kept.descriptor_type,
    path.category,
    path.subcategory,
    count(DISTINCT COALESCE(raw.canonical_id, raw.id)) AS term_count,
    sum(kept.uses)::bigint AS usage_count,
    sum(kept.ai_uses)::bigint AS ai_count,
    round(sum(kept.intensity_sum) / NULLIF(sum(kept.intensity_count), 0), 2) AS avg_intensity,
    min(kept.first_used_at) AS first_used_at,
    max(kept.last_used_at) AS last_used_at
FROM public.descriptor_term_totals AS kept
JOIN public.flavor_terms AS raw ON raw.id = kept.term_id
JOIN public.flavor_terms AS term ON term.id = COALESCE(raw.canonical_id, raw.id)
LEFT JOIN public.flavor_category_paths AS path ON path.id = term.category_id
GROUP BY path.category_id, path.subcategory_id, kept.descriptor_type, path.category, path.subcategory;
CREATE UNIQUE INDEX category_descriptor_summary_key
    ON public.mv_category_descriptor_summary (category_id, subcategory_id, descriptor_type);
