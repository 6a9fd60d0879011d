CREATE OR REPLACE FUNCTION public.resolve_descriptor_term()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/*
Before a descriptor is made without a term, or its text changed: its term is that of its text, which
is made if it is missing. A batch made its terms before, in sorted order, and names them:
check_new_descriptors() compares.
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
    SELECT id INTO NEW.term_id FROM public.flavor_terms WHERE normalized_form = v_form;
    IF NOT FOUND THEN
        SELECT made.term_id INTO STRICT NEW.term_id
        FROM public.ensure_flavor_terms(ARRAY[NEW.descriptor_text]) AS made;
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER resolve_term ON public.flavor_descriptors;
CREATE TRIGGER resolve_term BEFORE INSERT ON public.flavor_descriptors
    FOR EACH ROW WHEN (NEW.term_id IS NULL) EXECUTE FUNCTION public.resolve_descriptor_term();
CREATE TRIGGER resolve_changed_term BEFORE UPDATE OF descriptor_text, term_id
    ON public.flavor_descriptors
    FOR EACH ROW EXECUTE FUNCTION public.resolve_descriptor_term();

CREATE FUNCTION public.check_new_descriptors()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
-- By index: nothing is known of how many rows a statement has, and the lexicon is large.
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
/*
After descriptors were made: their members are there and not erased, and each term is that of its
text. Once a statement: what a row would cost is half of a batch's time.
*/
DECLARE
    v_wrong text;
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
    SELECT c.descriptor_text INTO v_wrong FROM changed AS c
    LEFT JOIN public.flavor_terms AS t ON t.id = c.term_id
    WHERE t.normalized_form IS DISTINCT FROM c.normalized_form
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'The term of “%” is another one: leave it out, and it is found.', v_wrong
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.check_new_descriptors() FROM PUBLIC;
CREATE TRIGGER check_inserts AFTER INSERT ON public.flavor_descriptors
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION public.check_new_descriptors();
