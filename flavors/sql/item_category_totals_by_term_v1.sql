/* The key by term, which a fold looks up; what was counted before is placed by the next one. */
ALTER TABLE public.descriptor_item_category_totals
    DROP CONSTRAINT descriptor_item_category_totals_pkey,
    ADD CONSTRAINT descriptor_item_category_totals_pkey
        PRIMARY KEY (term_id, item_category, descriptor_type);
INSERT INTO public.descriptor_term_moves (term_id)
SELECT DISTINCT r.term_id FROM public.descriptor_item_category_totals AS r;
