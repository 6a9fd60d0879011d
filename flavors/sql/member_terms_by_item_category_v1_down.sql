/* What is left out of the key is added up; the figures of everybody are counted again from it. */
CREATE TEMP TABLE together ON COMMIT DROP AS
SELECT
    r.user_id, r.term_id, r.descriptor_type, r.month, sum(r.uses)::int AS uses,
    sum(r.ai_uses)::int AS ai_uses, sum(r.intensity_sum)::int AS intensity_sum,
    sum(r.intensity_count)::int AS intensity_count, min(r.first_used_at) AS first_used_at,
    max(r.last_used_at) AS last_used_at
FROM public.descriptor_member_terms AS r
GROUP BY r.user_id, r.term_id, r.descriptor_type, r.month;
TRUNCATE public.descriptor_member_terms, public.descriptor_months, public.descriptor_term_months,
    public.descriptor_term_totals;
ALTER TABLE public.descriptor_member_terms
    DROP CONSTRAINT descriptor_member_terms_pkey,
    ADD CONSTRAINT descriptor_member_terms_pkey
        PRIMARY KEY (term_id, user_id, descriptor_type, month);
UPDATE public.flavor_terms
SET usage_count = 0, user_count = 0, first_used_at = NULL, last_used_at = NULL
WHERE usage_count > 0;
