DROP MATERIALIZED VIEW public.mv_category_descriptor_summary;
CREATE MATERIALIZED VIEW public.mv_category_descriptor_summary AS
/* The uses of each subcategory's terms as one type. Category 0: terms without one; subcategory 0:
   those of the category itself. Categories first, then their names: hundreds of thousands of terms
   are neither grouped nor sorted. */
WITH categories AS (
    SELECT
        term.category_id AS id, kept.descriptor_type,
        count(*) FILTER (WHERE raw.canonical_id IS NULL) AS term_count,
        sum(kept.uses) AS uses, sum(kept.ai_uses) AS ai_uses,
        sum(kept.intensity_sum) AS intensity_sum, sum(kept.intensity_count) AS intensity_count,
        min(kept.first_used_at) AS first_used_at, max(kept.last_used_at) AS last_used_at
    FROM public.descriptor_term_totals AS kept
    JOIN public.flavor_terms AS raw ON raw.id = kept.term_id
    JOIN public.flavor_terms AS term ON term.id = COALESCE(raw.canonical_id, raw.id)
    GROUP BY term.category_id, kept.descriptor_type
    UNION ALL
    -- The terms that were used as this type only by what was merged into them.
    -- Uses index: term_is_merged, descriptor_term_totals_pkey.
    SELECT
        term.category_id, merged.descriptor_type, count(*),
        NULL AS uses, NULL AS ai_uses, NULL AS intensity_sum, NULL AS intensity_count,
        NULL AS first_used_at, NULL AS last_used_at
    FROM (
        SELECT DISTINCT raw.canonical_id AS id, kept.descriptor_type
        FROM public.flavor_terms AS raw
        JOIN public.descriptor_term_totals AS kept ON kept.term_id = raw.id
        WHERE raw.canonical_id IS NOT NULL
    ) AS merged
    JOIN public.flavor_terms AS term ON term.id = merged.id
    WHERE NOT EXISTS (
        SELECT FROM public.descriptor_term_totals AS own
        WHERE own.term_id = merged.id AND own.descriptor_type = merged.descriptor_type
    )
    GROUP BY term.category_id, merged.descriptor_type
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
