CREATE FUNCTION public.ensure_flavor_terms(p_texts text[])
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
BEGIN
    WITH given AS MATERIALIZED (
        SELECT DISTINCT ON (form) form COLLATE "C" AS form, pg_catalog.btrim(each.t) AS spelling
        FROM pg_catalog.unnest(p_texts) WITH ORDINALITY AS each (t, n)
        CROSS JOIN LATERAL public.normalize_descriptor_text(each.t) AS form
        WHERE form <> ''
        ORDER BY form, each.n
    ), made AS (
        INSERT INTO public.flavor_terms (normalized_form, display_text)
        SELECT g.form, g.spelling FROM given AS g
        WHERE NOT EXISTS (
            SELECT FROM public.flavor_terms AS t WHERE t.normalized_form = g.form
        )
        ORDER BY g.form
        ON CONFLICT DO NOTHING
    )
    SELECT pg_catalog.array_agg(g.form) INTO v_forms FROM given AS g;
    -- A statement of its own: it sees what others made meanwhile.
    RETURN QUERY
        SELECT t.normalized_form, t.id FROM public.flavor_terms AS t
        WHERE t.normalized_form = ANY (v_forms);
END
$$;
REVOKE ALL ON FUNCTION public.ensure_flavor_terms(text[]) FROM PUBLIC;

CREATE FUNCTION public.resolve_descriptor_term()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/*
Before a descriptor is made, or its text changed: its term is that of its text, which is made if it
is missing, and its member is there and not erased. A batch made its terms before, in sorted order;
its rows pass without a write.
*/
DECLARE
    v_form text := public.normalize_descriptor_text(NEW.descriptor_text);
BEGIN
    IF v_form IS NULL OR v_form = '' THEN
        RAISE EXCEPTION 'A descriptor needs a letter or a digit.'
            USING ERRCODE = 'check_violation';
    ELSIF pg_catalog.length(NEW.descriptor_text) > 500 OR pg_catalog.octet_length(v_form) > 2000 THEN
        RAISE EXCEPTION 'Descriptor text has 500 characters at most.'
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        -- Waits for an erasure that is under way.
        PERFORM FROM public.members WHERE id = NEW.user_id FOR KEY SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'There is no member %.', NEW.user_id
                USING ERRCODE = 'foreign_key_violation';
        ELSIF EXISTS (SELECT FROM public.erased_members WHERE id = NEW.user_id) THEN
            RAISE EXCEPTION 'This member is erased.' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    SELECT id INTO NEW.term_id FROM public.flavor_terms WHERE normalized_form = v_form;
    IF NOT FOUND THEN
        SELECT made.term_id INTO STRICT NEW.term_id
        FROM public.ensure_flavor_terms(ARRAY[NEW.descriptor_text]) AS made;
    END IF;
    RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION public.resolve_descriptor_term() FROM PUBLIC;
CREATE TRIGGER resolve_term BEFORE INSERT OR UPDATE OF descriptor_text, term_id
    ON public.flavor_descriptors
    FOR EACH ROW EXECUTE FUNCTION public.resolve_descriptor_term();
