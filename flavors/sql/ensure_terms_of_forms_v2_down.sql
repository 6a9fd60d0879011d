CREATE OR REPLACE FUNCTION public.ensure_terms_of_forms(p_forms text[], p_spellings text[])
RETURNS TABLE (normalized_form text, term_id bigint)
LANGUAGE plpgsql
-- The triggers that write the history name no schema.
SET search_path = pg_catalog, public, pg_temp
AS $$
/*
The terms of these forms, each given once; those that are missing are made: suggested, spelled as it
stands at the same place. In sorted order: two batches with the same new terms wait for each other,
and do not deadlock. Once a transaction, before its descriptors.
Uses index: flavor_terms_normalized_form_key, by the array: a join would read the whole lexicon.
*/
#variable_conflict use_column
DECLARE
    v_known integer;
    v_missing text[];
BEGIN
    RETURN QUERY
        SELECT t.normalized_form, t.id FROM public.flavor_terms AS t
        WHERE t.normalized_form = ANY (p_forms);
    GET DIAGNOSTICS v_known = ROW_COUNT;
    IF v_known = COALESCE(pg_catalog.cardinality(p_forms), 0) THEN
        RETURN;
    END IF;
    v_missing := ARRAY(
        SELECT form COLLATE "C" FROM pg_catalog.unnest(p_forms) AS form
        EXCEPT
        SELECT t.normalized_form FROM public.flavor_terms AS t
        WHERE t.normalized_form = ANY (p_forms)
    );
    INSERT INTO public.flavor_terms (normalized_form, display_text)
    SELECT given.form, given.spelling
    FROM ROWS FROM (
        pg_catalog.unnest(p_forms), pg_catalog.unnest(p_spellings)
    ) AS given (form, spelling)
    WHERE given.form = ANY (v_missing)
    ORDER BY given.form COLLATE "C"
    ON CONFLICT DO NOTHING;
    -- A statement of its own: it sees what others made meanwhile.
    RETURN QUERY
        SELECT t.normalized_form, t.id FROM public.flavor_terms AS t
        WHERE t.normalized_form = ANY (v_missing);
END
$$;
