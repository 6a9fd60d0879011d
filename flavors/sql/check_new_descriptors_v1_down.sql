DROP TRIGGER check_inserts ON public.flavor_descriptors;
DROP FUNCTION public.check_new_descriptors();
DROP TRIGGER resolve_changed_term ON public.flavor_descriptors;
DROP TRIGGER resolve_term ON public.flavor_descriptors;
CREATE TRIGGER resolve_term BEFORE INSERT OR UPDATE OF descriptor_text, term_id
    ON public.flavor_descriptors
    FOR EACH ROW EXECUTE FUNCTION public.resolve_descriptor_term();
CREATE OR REPLACE FUNCTION public.resolve_descriptor_term()
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
