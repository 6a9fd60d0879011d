DROP TRIGGER mark_moved_term ON public.flavor_terms;
DROP FUNCTION public.mark_moved_term();
DROP FUNCTION public.add_to_item_category_branches(integer);
CREATE OR REPLACE FUNCTION public.fold_into_categories()
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* descriptor_item_category_totals. */
BEGIN
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
    ON CONFLICT (item_category, term_id, descriptor_type) DO UPDATE SET
        uses = kept.uses + EXCLUDED.uses,
        ai_uses = kept.ai_uses + EXCLUDED.ai_uses,
        intensity_sum = kept.intensity_sum + EXCLUDED.intensity_sum,
        intensity_count = kept.intensity_count + EXCLUDED.intensity_count;
    DELETE FROM public.descriptor_item_category_totals AS kept
    USING (
        SELECT DISTINCT c.item_category, c.term_id, c.descriptor_type
        FROM pg_temp.changed AS c
        WHERE c.counted AND c.more_uses < 0
    ) AS less
    WHERE kept.item_category = less.item_category AND kept.term_id = less.term_id
        AND kept.descriptor_type = less.descriptor_type AND kept.uses = 0;
END
$$;
