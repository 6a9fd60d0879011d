DROP MATERIALIZED VIEW public.mv_category_descriptor_summary;
CREATE MATERIALIZED VIEW public.mv_category_descriptor_summary AS
/* The uses of each subcategory's terms as one type. Category 0: terms without one; subcategory 0:
   those of the category itself. Terms first, then their categories: nothing is sorted by name. */
WITH terms AS (
    SELECT
        COALESCE(raw.canonical_id, raw.id) AS id, kept.descriptor_type, sum(kept.uses) AS uses,
        sum(kept.ai_uses) AS ai_uses, sum(kept.intensity_sum) AS intensity_sum,
        sum(kept.intensity_count) AS intensity_count, min(kept.first_used_at) AS first_used_at,
        max(kept.last_used_at) AS last_used_at
    FROM public.descriptor_term_totals AS kept
    JOIN public.flavor_terms AS raw ON raw.id = kept.term_id
    GROUP BY COALESCE(raw.canonical_id, raw.id), kept.descriptor_type
), categories AS (
    SELECT
        term.category_id AS id, used.descriptor_type, count(*) AS term_count,
        sum(used.uses) AS uses, sum(used.ai_uses) AS ai_uses,
        sum(used.intensity_sum) AS intensity_sum, sum(used.intensity_count) AS intensity_count,
        min(used.first_used_at) AS first_used_at, max(used.last_used_at) AS last_used_at
    FROM terms AS used
    JOIN public.flavor_terms AS term ON term.id = used.id
    GROUP BY term.category_id, used.descriptor_type
)
SELECT
    COALESCE(path.category_id, 0) AS category_id,
    COALESCE(path.subcategory_id, 0) AS subcategory_id,
    used.descriptor_type,
    path.category,
    path.subcategory,
    sum(used.term_count)::bigint AS term_count,
    sum(used.uses)::bigint AS usage_count,
    sum(used.ai_uses)::bigint AS ai_count,
    round(sum(used.intensity_sum) / NULLIF(sum(used.intensity_count), 0), 2) AS avg_intensity,
    min(used.first_used_at) AS first_used_at,
    max(used.last_used_at) AS last_used_at
FROM categories AS used
LEFT JOIN public.flavor_category_paths AS path ON path.id = used.id
GROUP BY
    path.category_id, path.subcategory_id, used.descriptor_type, path.category, path.subcategory;
CREATE UNIQUE INDEX category_descriptor_summary_key
    ON public.mv_category_descriptor_summary (category_id, subcategory_id, descriptor_type);
