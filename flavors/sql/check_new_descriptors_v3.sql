CREATE OR REPLACE FUNCTION public.check_new_descriptors()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
-- By index: nothing is known of how many rows a statement has, and the lexicon is large.
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
/*
After descriptors were made: their members are there and not erased, terms that were missing are
made, and each term is that of its text. Once a statement: what a row would cost is half of a batch's
time, and terms are made in sorted order, whatever order the rows have.
*/
DECLARE
    v_wrong text;
    v_texts text[];
BEGIN
    -- Waits for an erasure that is under way.
    PERFORM FROM public.members AS m
    WHERE m.id IN (SELECT c.user_id FROM changed AS c)
    ORDER BY m.id
    FOR KEY SHARE;
    IF EXISTS (
        SELECT FROM public.erased_members AS e WHERE e.id IN (SELECT c.user_id FROM changed AS c)
    ) THEN
        RAISE EXCEPTION 'This member is erased.' USING ERRCODE = 'check_violation';
    END IF;
    SELECT c.user_id INTO v_wrong FROM (SELECT DISTINCT n.user_id FROM changed AS n) AS c
    WHERE NOT EXISTS (SELECT FROM public.members AS m WHERE m.id = c.user_id)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'There is no member %.', v_wrong USING ERRCODE = 'foreign_key_violation';
    END IF;
    SELECT pg_catalog.array_agg(c.descriptor_text) INTO v_texts FROM changed AS c
    WHERE c.term_id = public.missing_term(c.normalized_form);
    IF v_texts IS NOT NULL THEN
        UPDATE public.flavor_descriptors AS d SET term_id = made.term_id
        FROM public.ensure_flavor_terms(v_texts) AS made
        JOIN changed AS c ON c.normalized_form = made.normalized_form
            AND c.term_id = public.missing_term(c.normalized_form)
        WHERE d.id = c.id;
    END IF;
    SELECT c.descriptor_text INTO v_wrong FROM changed AS c
    LEFT JOIN public.flavor_terms AS t ON t.id = c.term_id
    WHERE c.term_id <> public.missing_term(c.normalized_form)
        AND t.normalized_form IS DISTINCT FROM c.normalized_form
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'The term of “%” is another one: leave it out, and it is found.', v_wrong
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
