CREATE FUNCTION public.fold_into_wheels()
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
descriptor_wheel_terms of the terms whose uses changed, and of those that were merged, moved or
rejected: what a term has with all that was merged into it, under its category. Rejected ones, and
those that stand for others, have none.
Uses index: term_is_merged, the primary keys.
*/
BEGIN
    CREATE TEMP TABLE gathered ON COMMIT DROP AS
    SELECT m.term_id FROM pg_temp.moved AS m
    UNION
    SELECT COALESCE(raw.canonical_id, raw.id)
    FROM (
        SELECT m.term_id FROM pg_temp.moved AS m
        UNION
        SELECT c.term_id FROM pg_temp.changed AS c WHERE c.counts OR c.counted
    ) AS each
    JOIN public.flavor_terms AS raw ON raw.id = each.term_id;
    ANALYZE pg_temp.gathered;
    DELETE FROM public.descriptor_wheel_terms AS kept
    USING pg_temp.gathered AS g WHERE kept.term_id = g.term_id;
    INSERT INTO public.descriptor_wheel_terms (
        term_id, wheel_type, category_id, uses, intensity_sum, intensity_count
    )
    SELECT w.term_id, w.wheel_type, w.category_id, w.uses, w.intensity_sum, w.intensity_count
    FROM public.wheel_terms_counted(
        ARRAY(SELECT g.term_id FROM pg_temp.gathered AS g)
    ) AS w;
    DROP TABLE pg_temp.gathered;
END
$$;
REVOKE ALL ON FUNCTION public.fold_into_wheels() FROM PUBLIC;

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
    INSERT INTO pg_temp.placed
    SELECT raw.id, CASE WHEN t.status <> 'rejected' THEN COALESCE(t.category_id, 0) END
    FROM (
        SELECT c.term_id FROM pg_temp.changed AS c
        WHERE c.item_category <> '' AND (c.counts OR c.counted)
        UNION
        SELECT k.term_id FROM pg_temp.moved AS k
        UNION
        SELECT alias.id FROM pg_temp.moved AS k
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
   its uses again, and those of what it was merged into. Appended only: nobody waits for a refresh. */
BEGIN
    INSERT INTO public.descriptor_term_moves (term_id)
    SELECT each.id FROM (VALUES (NEW.id), (OLD.canonical_id)) AS each (id)
    WHERE each.id IS NOT NULL;
    RETURN NULL;
END
$$;
