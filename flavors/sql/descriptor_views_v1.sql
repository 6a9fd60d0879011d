CREATE VIEW public.flavor_category_paths AS
/* Each category with the root of its branch (category) and the child of the root on the way to it
   (subcategory, NULL for the root itself). */
WITH RECURSIVE path AS (
    SELECT
        c.id, c.id AS category_id, c.name AS category, NULL::bigint AS subcategory_id,
        NULL::text AS subcategory
    FROM public.flavor_categories AS c
    WHERE c.parent_id IS NULL
    UNION ALL
    SELECT
        c.id, p.category_id, p.category, COALESCE(p.subcategory_id, c.id),
        COALESCE(p.subcategory, c.name)
    FROM path AS p
    JOIN public.flavor_categories AS c ON c.parent_id = p.id
)
SELECT path.id, path.category_id, path.category, path.subcategory_id, path.subcategory FROM path;

CREATE VIEW public.mv_user_descriptor_summary AS
/* A member's uses of each term as one type; a merged term counts as what it was merged into. Read it
   for one member. */
SELECT
    used.user_id,
    term.id AS term_id,
    used.descriptor_type,
    term.normalized_form,
    term.display_text AS descriptor_text,
    term.status,
    path.category_id,
    path.category,
    path.subcategory_id,
    path.subcategory,
    sum(used.uses)::bigint AS usage_count,
    sum(used.ai_uses)::bigint AS ai_count,
    round(sum(used.intensity_sum) / NULLIF(sum(used.intensity_count), 0), 2) AS avg_intensity,
    min(used.first_used_at) AS first_used_at,
    max(used.last_used_at) AS last_used_at
FROM (
    SELECT
        r.user_id, r.term_id, r.descriptor_type, sum(r.uses) AS uses, sum(r.ai_uses) AS ai_uses,
        sum(r.intensity_sum) AS intensity_sum, sum(r.intensity_count) AS intensity_count,
        min(r.first_used_at) AS first_used_at, max(r.last_used_at) AS last_used_at
    FROM public.descriptor_member_terms AS r
    GROUP BY r.user_id, r.term_id, r.descriptor_type
) AS used
JOIN public.flavor_terms AS raw ON raw.id = used.term_id
JOIN public.flavor_terms AS term ON term.id = COALESCE(raw.canonical_id, raw.id)
LEFT JOIN public.flavor_category_paths AS path ON path.id = term.category_id
GROUP BY
    used.user_id, term.id, used.descriptor_type, path.category_id, path.category,
    path.subcategory_id, path.subcategory;

CREATE VIEW public.mv_global_descriptor_stats AS
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

CREATE VIEW public.mv_wheel_generation_stats AS
/* What a wheel would be made of: a row a member, and one without a member for everybody. Read it
   for one of them. */
SELECT
    used.user_id,
    sum(used.uses)::bigint AS descriptor_count,
    count(DISTINCT COALESCE(raw.canonical_id, raw.id)) AS unique_descriptors,
    COALESCE(sum(used.uses) FILTER (WHERE used.descriptor_type = 'aroma'), 0)::bigint AS aroma_count,
    COALESCE(sum(used.uses) FILTER (WHERE used.descriptor_type = 'flavor'), 0)::bigint
        AS flavor_count,
    COALESCE(sum(used.uses) FILTER (WHERE used.descriptor_type = 'metaphor'), 0)::bigint
        AS metaphor_count,
    max(used.last_used_at) AS last_descriptor_at
FROM (
    SELECT
        r.user_id, r.term_id, r.descriptor_type, sum(r.uses) AS uses,
        max(r.last_used_at) AS last_used_at
    FROM public.descriptor_member_terms AS r
    GROUP BY r.user_id, r.term_id, r.descriptor_type
) AS used
JOIN public.flavor_terms AS raw ON raw.id = used.term_id
GROUP BY used.user_id
UNION ALL
SELECT
    NULL,
    COALESCE(sum(kept.uses), 0)::bigint,
    count(DISTINCT COALESCE(raw.canonical_id, raw.id)),
    COALESCE(sum(kept.uses) FILTER (WHERE kept.descriptor_type = 'aroma'), 0)::bigint,
    COALESCE(sum(kept.uses) FILTER (WHERE kept.descriptor_type = 'flavor'), 0)::bigint,
    COALESCE(sum(kept.uses) FILTER (WHERE kept.descriptor_type = 'metaphor'), 0)::bigint,
    max(kept.last_used_at)
FROM public.descriptor_term_totals AS kept
JOIN public.flavor_terms AS raw ON raw.id = kept.term_id;
