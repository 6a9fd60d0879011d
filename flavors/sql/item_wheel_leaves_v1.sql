CREATE FUNCTION public.is_kept_item(p_of text)
RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    /* Whether item_wheel_leaves() tells all of this item, and sooner than a count: it looks up each
       term that was moved. */
    SELECT EXISTS (
        SELECT FROM public.descriptor_items AS i
        WHERE i.item_name = p_of AND i.is_kept
            AND i.uses > (SELECT count(*) FROM public.descriptor_term_moves)
    ) AND public.items_hold();
$$;
REVOKE ALL ON FUNCTION public.is_kept_item(text) FROM PUBLIC;

CREATE FUNCTION public.item_wheel_leaves(p_types text[], p_of text, p_limit integer)
RETURNS TABLE (
    category_id bigint, subcategory_id bigint, term text, uses bigint, intensity numeric
)
LANGUAGE plpgsql
STABLE
SET search_path = ''
SET jit = off
SET max_parallel_workers_per_gather = 0
-- By index: the few terms that are shown, of a large lexicon.
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
/*
What active members noted of an item that is kept: of each branch the p_limit most used terms; and a
row without a term for the rest of each subcategory. Never of the last refresh: terms that were used,
merged, moved or rejected since (`unsettled`) are taken out, and counted as they are now.
Uses index: item_terms_combined, …_aroma, …_flavor, …_metaphor, the primary keys, term_is_merged.
*/
DECLARE
    v_item integer;
    v_uses text;
    v_sum text;
    v_rated text;
BEGIN
    SELECT i.id INTO v_item FROM public.descriptor_items AS i WHERE i.item_name = p_of;
    SELECT pg_catalog.string_agg('k.' || type, ' + ' ORDER BY n),
        pg_catalog.string_agg('k.' || type || '_sum', ' + '),
        pg_catalog.string_agg('k.' || type || '_rated', ' + ')
    INTO v_uses, v_sum, v_rated
    FROM pg_catalog.unnest(p_types) WITH ORDINALITY AS each (type, n);
    RETURN QUERY EXECUTE pg_catalog.format(
        $query$
        WITH paths AS MATERIALIZED (
            SELECT path.id, path.category_id, path.subcategory_id
            FROM public.flavor_category_paths AS path
            UNION ALL
            SELECT 0, NULL, NULL
        ), pending AS MATERIALIZED (
            SELECT c.term_id, sum(c.uses) AS uses, sum(c.intensity_sum) AS intensities,
                sum(c.intensity_count) AS rated
            FROM public.descriptor_item_changes AS c
            WHERE c.item_name = $2 AND c.descriptor_type = ANY ($3)
            GROUP BY c.term_id
        ), moved AS MATERIALIZED (
            SELECT DISTINCT m.term_id FROM public.descriptor_term_moves AS m
        ), unsettled AS MATERIALIZED (
            SELECT m.term_id AS id FROM moved AS m
            UNION
            SELECT COALESCE(t.canonical_id, t.id)
            FROM (SELECT m.term_id FROM moved AS m UNION SELECT p.term_id FROM pending AS p) AS each
            JOIN public.flavor_terms AS t ON t.id = each.term_id
        ), gone AS MATERIALIZED (
            SELECT k.category_id AS id, count(*) AS terms, sum(%1$s) AS uses
            FROM unsettled AS u
            JOIN public.descriptor_item_terms AS k ON k.term_id = u.id AND k.item_id = $1
            WHERE k.category_id IS NOT NULL
            GROUP BY k.category_id
        ), branches AS MATERIALIZED (
            SELECT path.*, %1$s - COALESCE(gone.uses, 0) AS uses,
                $4 + COALESCE(gone.terms, 0) AS most
            FROM public.descriptor_item_branches AS k
            JOIN paths AS path ON path.id = k.category_id
            LEFT JOIN gone ON gone.id = k.category_id
            WHERE k.item_id = $1
        ), fresh AS MATERIALIZED (
            SELECT path.category_id, path.subcategory_id, t.display_text AS term,
                sum(part.uses) AS uses, sum(part.intensities) AS intensities,
                sum(part.rated) AS rated
            FROM (
                SELECT raw.whole, %1$s AS uses, %2$s AS intensities, %3$s AS rated
                FROM (
                    SELECT u.id, u.id AS whole FROM unsettled AS u
                    UNION ALL
                    SELECT alias.id, u.id FROM unsettled AS u
                    JOIN public.flavor_terms AS alias ON alias.canonical_id = u.id
                ) AS raw
                JOIN public.descriptor_item_terms AS k
                    ON k.term_id = raw.id AND k.item_id = $1 AND NOT k.is_whole
                UNION ALL
                SELECT COALESCE(t.canonical_id, t.id), p.uses, p.intensities, p.rated
                FROM pending AS p JOIN public.flavor_terms AS t ON t.id = p.term_id
            ) AS part
            JOIN public.flavor_terms AS t
                ON t.id = part.whole AND t.canonical_id IS NULL AND t.status <> 'rejected'
            JOIN paths AS path ON path.id = COALESCE(t.category_id, 0)
            GROUP BY path.category_id, path.subcategory_id, t.id
            HAVING sum(part.uses) > 0
        ), shown AS MATERIALIZED (
            SELECT b.category_id, b.subcategory_id, t.display_text AS term, top.uses,
                top.intensities, top.rated
            FROM branches AS b
            CROSS JOIN LATERAL (
                SELECT k.term_id, %1$s AS uses, %2$s AS intensities, %3$s AS rated
                FROM public.descriptor_item_terms AS k
                WHERE k.item_id = $1 AND k.category_id = b.id AND %1$s > 0
                ORDER BY %1$s DESC, k.term_id
                LIMIT b.most
            ) AS top
            JOIN public.flavor_terms AS t ON t.id = top.term_id
            WHERE b.uses > 0 AND top.term_id NOT IN (SELECT u.id FROM unsettled AS u)
        )
        SELECT s.category_id, s.subcategory_id, s.term, s.uses::bigint,
            s.intensities::numeric / NULLIF(s.rated, 0)
        FROM shown AS s
        UNION ALL
        SELECT f.category_id, f.subcategory_id, f.term, f.uses::bigint,
            f.intensities::numeric / NULLIF(f.rated, 0)
        FROM fresh AS f
        UNION ALL
        SELECT rest.category_id, rest.subcategory_id, NULL, sum(rest.uses)::bigint, NULL
        FROM (
            SELECT b.category_id, b.subcategory_id, b.uses FROM branches AS b
            UNION ALL
            SELECT s.category_id, s.subcategory_id, -s.uses FROM shown AS s
        ) AS rest
        GROUP BY rest.category_id, rest.subcategory_id
        HAVING sum(rest.uses) > 0
        $query$,
        v_uses, v_sum, v_rated
    ) USING v_item, p_of, p_types, p_limit;
END
$$;
REVOKE ALL ON FUNCTION public.item_wheel_leaves(text[], text, integer) FROM PUBLIC;
