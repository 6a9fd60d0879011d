CREATE OR REPLACE FUNCTION public.resolve_descriptor_term()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/*
Before a descriptor is made without a term, or its text changed: its term is that of its text, which
is made if it is missing. A batch made its terms before, in sorted order, and names them:
check_new_descriptors() compares, and makes the terms of a plain INSERT. Until then each is
its missing_term().
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
    IF NOT FOUND AND TG_OP = 'INSERT' THEN
        NEW.term_id := public.missing_term(v_form);
    ELSIF NOT FOUND THEN
        SELECT made.term_id INTO STRICT NEW.term_id
        FROM public.ensure_flavor_terms(ARRAY[NEW.descriptor_text]) AS made;
    END IF;
    RETURN NEW;
END
$$;
