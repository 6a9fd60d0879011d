/*
The rows of each item category by themselves. What was counted before is marked: the next refresh
counts it again, and leaves hidden members out of everybody's figures.
*/
ALTER TABLE public.descriptor_member_terms
    DROP CONSTRAINT descriptor_member_terms_pkey,
    ADD CONSTRAINT descriptor_member_terms_pkey
        PRIMARY KEY (term_id, user_id, descriptor_type, month, item_category);
UPDATE public.descriptor_changes
SET first_day = month, last_day = (month + interval '1 month')::date - 1;
INSERT INTO public.descriptor_changes (user_id, month, first_day, last_day, rows)
SELECT
    r.user_id, r.month, (min(r.first_used_at) AT TIME ZONE 'UTC')::date,
    (max(r.last_used_at) AT TIME ZONE 'UTC')::date, sum(r.uses)
FROM public.descriptor_member_terms AS r
GROUP BY r.user_id, r.month;
