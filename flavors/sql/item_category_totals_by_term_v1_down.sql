ALTER TABLE public.descriptor_item_category_totals
    DROP CONSTRAINT descriptor_item_category_totals_pkey,
    ADD CONSTRAINT descriptor_item_category_totals_pkey
        PRIMARY KEY (item_category, term_id, descriptor_type);
