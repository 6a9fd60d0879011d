CREATE OR REPLACE FUNCTION public.ensure_flavor_terms(p_texts text[])
RETURNS TABLE (normalized_form text, term_id bigint)
LANGUAGE plpgsql
-- The triggers that write the history name no schema.
SET search_path = pg_catalog, public, pg_temp
AS $$
/*
The terms of these texts, those that are missing made: suggested, spelled as the first of them. In
sorted order: two batches with the same new terms wait for each other, and do not deadlock. Once a
transaction, before its descriptors; NULL and what has no letter or digit is left out.
Uses index: flavor_terms_normalized_form_key.
*/
#variable_conflict use_column
DECLARE
    v_forms text[];
    v_spellings text[];
    v_known text[];
BEGIN
    SELECT
        pg_catalog.array_agg(given.form ORDER BY given.form),
        pg_catalog.array_agg(given.spelling ORDER BY given.form)
    INTO v_forms, v_spellings
    FROM (
        SELECT DISTINCT ON (form) form COLLATE "C" AS form, pg_catalog.btrim(each.t) AS spelling
        FROM pg_catalog.unnest(p_texts) WITH ORDINALITY AS each (t, n)
        CROSS JOIN LATERAL public.normalize_descriptor_text(each.t) AS form
        WHERE form <> ''
        ORDER BY form, each.n
    ) AS given;
    -- By the array, so that each is looked up: a join would read the whole lexicon.
    SELECT pg_catalog.array_agg(t.normalized_form) INTO v_known
    FROM public.flavor_terms AS t WHERE t.normalized_form = ANY (v_forms);
    IF pg_catalog.cardinality(v_known) IS DISTINCT FROM pg_catalog.cardinality(v_forms) THEN
        INSERT INTO public.flavor_terms (normalized_form, display_text)
        SELECT given.form, given.spelling
        FROM ROWS FROM (
            pg_catalog.unnest(v_forms), pg_catalog.unnest(v_spellings)
        ) AS given (form, spelling)
        WHERE given.form NOT IN (
            SELECT known COLLATE "C" FROM pg_catalog.unnest(v_known) AS known
        )
        ORDER BY given.form COLLATE "C"
        ON CONFLICT DO NOTHING;
    END IF;
    -- A statement of its own: it sees what others made meanwhile.
    RETURN QUERY
        SELECT t.normalized_form, t.id FROM public.flavor_terms AS t
        WHERE t.normalized_form = ANY (v_forms);
END
$$;
