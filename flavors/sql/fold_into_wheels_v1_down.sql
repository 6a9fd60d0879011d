CREATE OR REPLACE FUNCTION public.fold_into_categories()
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
descriptor_item_category_totals, each under the category of its term as it is now, and the sums of
these. Terms that were merged, moved or rejected since are in descriptor_term_moves. A term takes all
it has out of the sums before, and brings it again after.
*/
BEGIN
    CREATE TEMP TABLE placed (term_id bigint, category_id bigint) ON COMMIT DROP;
    WITH taken AS (
        DELETE FROM public.descriptor_term_moves RETURNING term_id
    )
    INSERT INTO pg_temp.placed
    SELECT raw.id, CASE WHEN t.status <> 'rejected' THEN COALESCE(t.category_id, 0) END
    FROM (
        SELECT c.term_id FROM pg_temp.changed AS c
        WHERE c.item_category <> '' AND (c.counts OR c.counted)
        UNION
        SELECT k.term_id FROM taken AS k
        UNION
        SELECT alias.id FROM taken AS k
        JOIN public.flavor_terms AS alias ON alias.canonical_id = k.term_id
    ) AS each
    JOIN public.flavor_terms AS raw ON raw.id = each.term_id
    JOIN public.flavor_terms AS t ON t.id = COALESCE(raw.canonical_id, raw.id);
    IF NOT FOUND THEN
        DROP TABLE pg_temp.placed;
        RETURN;
    END IF;
    ANALYZE pg_temp.placed;
    PERFORM public.add_to_item_category_branches(-1);

    INSERT INTO public.descriptor_item_category_totals AS kept (
        item_category, term_id, descriptor_type, uses, ai_uses, intensity_sum, intensity_count
    )
    SELECT
        c.item_category, c.term_id, c.descriptor_type, sum(c.more_uses), sum(c.more_ai_uses),
        sum(c.more_intensity), sum(c.more_intensities)
    FROM pg_temp.changed AS c
    WHERE c.item_category <> '' AND (c.counts OR c.counted)
    GROUP BY c.item_category, c.term_id, c.descriptor_type
    ORDER BY 1, 2, 3
    ON CONFLICT (term_id, item_category, descriptor_type) DO UPDATE SET
        uses = kept.uses + EXCLUDED.uses,
        ai_uses = kept.ai_uses + EXCLUDED.ai_uses,
        intensity_sum = kept.intensity_sum + EXCLUDED.intensity_sum,
        intensity_count = kept.intensity_count + EXCLUDED.intensity_count;
    DELETE FROM public.descriptor_item_category_totals AS kept
    USING pg_temp.placed AS p
    WHERE kept.term_id = p.term_id AND kept.uses = 0;
    UPDATE public.descriptor_item_category_totals AS kept SET category_id = p.category_id
    FROM pg_temp.placed AS p
    WHERE kept.term_id = p.term_id AND kept.category_id IS DISTINCT FROM p.category_id;

    PERFORM public.add_to_item_category_branches(1);
    DELETE FROM public.descriptor_item_category_branches WHERE uses = 0;
    DROP TABLE pg_temp.placed;
END
$$;

CREATE OR REPLACE FUNCTION public.mark_moved_term()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/* After a term was merged, taken out of a merge, put into a category or rejected: the next fold places
   its uses again. Appended only: nobody waits for a refresh. */
BEGIN
    INSERT INTO public.descriptor_term_moves (term_id) VALUES (NEW.id);
    RETURN NULL;
END
$$;

DROP FUNCTION public.fold_into_wheels();
