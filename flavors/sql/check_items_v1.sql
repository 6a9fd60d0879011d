CREATE FUNCTION public.check_items()
RETURNS TABLE (kept_in text, kept_key text, kept_uses bigint, counted_uses bigint)
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* Where what is kept of items, with what was written since, differs from a count of their descriptors,
   or stands elsewhere than its terms. */
BEGIN
    RETURN QUERY
    SELECT
        'descriptor_item_terms', pg_catalog.concat_ws(' ', i.item_name, more.term_id),
        COALESCE(k.aroma + k.flavor + k.metaphor, 0)::bigint,
        (COALESCE(k.aroma + k.flavor + k.metaphor, 0) + more.aroma + more.flavor + more.metaphor)
            ::bigint
    FROM (
        SELECT
            each.item_id, each.term_id, sum(each.aroma) AS aroma, sum(each.flavor) AS flavor,
            sum(each.metaphor) AS metaphor
        FROM (
            SELECT * FROM public.item_differences(
                ARRAY(SELECT kept.id FROM public.descriptor_items AS kept WHERE kept.is_kept)
            )
            UNION ALL
            SELECT
                i.id, c.term_id, -c.uses * type.aroma, -c.uses * type.flavor,
                -c.uses * type.metaphor, -c.intensity_sum * type.aroma,
                -c.intensity_count * type.aroma, -c.intensity_sum * type.flavor,
                -c.intensity_count * type.flavor, -c.intensity_sum * type.metaphor,
                -c.intensity_count * type.metaphor
            FROM public.descriptor_item_changes AS c
            JOIN public.descriptor_items AS i ON i.item_name = c.item_name AND i.is_kept
            JOIN (
                VALUES ('aroma', 1, 0, 0), ('flavor', 0, 1, 0), ('metaphor', 0, 0, 1)
            ) AS type (name, aroma, flavor, metaphor) ON type.name = c.descriptor_type
        ) AS each
        GROUP BY each.item_id, each.term_id
        HAVING (
            sum(each.aroma), sum(each.flavor), sum(each.metaphor), sum(each.aroma_sum),
            sum(each.aroma_rated), sum(each.flavor_sum), sum(each.flavor_rated),
            sum(each.metaphor_sum), sum(each.metaphor_rated)
        ) <> (0, 0, 0, 0, 0, 0, 0, 0, 0)
    ) AS more
    JOIN public.descriptor_items AS i ON i.id = more.item_id
    LEFT JOIN public.descriptor_item_terms AS k
        ON k.term_id = more.term_id AND k.item_id = more.item_id AND NOT k.is_whole
    WHERE public.items_hold();
    RETURN QUERY
    SELECT
        'descriptor_item_terms', pg_catalog.concat_ws(' ', item_id, term_id, is_whole),
        kept.uses, counted.uses
    FROM (
        SELECT
            k.item_id, k.term_id, k.is_whole, k.category_id,
            (k.aroma + k.flavor + k.metaphor)::bigint AS uses, k.aroma, k.flavor, k.metaphor,
            k.aroma_sum + k.flavor_sum + k.metaphor_sum AS intensities,
            k.aroma_rated + k.flavor_rated + k.metaphor_rated AS rated
        FROM public.descriptor_item_terms AS k
        WHERE k.category_id IS NOT NULL OR k.is_whole
    ) AS kept
    FULL JOIN (
        SELECT
            k.item_id, t.id AS term_id, bool_or(k.term_id <> t.id) AS is_whole,
            COALESCE(t.category_id, 0) AS category_id,
            sum(k.aroma + k.flavor + k.metaphor)::bigint AS uses, sum(k.aroma) AS aroma,
            sum(k.flavor) AS flavor, sum(k.metaphor) AS metaphor,
            sum(k.aroma_sum + k.flavor_sum + k.metaphor_sum) AS intensities,
            sum(k.aroma_rated + k.flavor_rated + k.metaphor_rated) AS rated
        FROM public.descriptor_item_terms AS k
        JOIN public.flavor_terms AS raw ON raw.id = k.term_id
        JOIN public.flavor_terms AS t ON t.id = COALESCE(raw.canonical_id, raw.id)
        WHERE NOT k.is_whole AND t.status <> 'rejected'
        GROUP BY k.item_id, t.id
    ) AS counted USING (item_id, term_id, is_whole)
    WHERE (
        kept.category_id, kept.aroma, kept.flavor, kept.metaphor, kept.intensities, kept.rated
    ) IS DISTINCT FROM (
        counted.category_id, counted.aroma, counted.flavor, counted.metaphor, counted.intensities,
        counted.rated
    );
    RETURN QUERY
    SELECT
        'descriptor_item_branches', pg_catalog.concat_ws(' ', item_id, category_id),
        (kept.aroma + kept.flavor + kept.metaphor)::bigint, counted.uses
    FROM public.descriptor_item_branches AS kept
    FULL JOIN (
        SELECT
            k.item_id, k.category_id, sum(k.aroma + k.flavor + k.metaphor)::bigint AS uses,
            sum(k.aroma) AS aroma, sum(k.flavor) AS flavor, sum(k.metaphor) AS metaphor
        FROM public.descriptor_item_terms AS k
        WHERE k.category_id IS NOT NULL
        GROUP BY k.item_id, k.category_id
    ) AS counted USING (item_id, category_id)
    WHERE (kept.aroma, kept.flavor, kept.metaphor)
        IS DISTINCT FROM (counted.aroma, counted.flavor, counted.metaphor);
END
$$;
REVOKE ALL ON FUNCTION public.check_items() FROM PUBLIC;
