CREATE FUNCTION public.assert_searchable(p_name text, p_text text)
RETURNS void
LANGUAGE plpgsql
IMMUTABLE
SET search_path = ''
AS $$
/* Raises where there is nothing to look for. */
BEGIN
    IF COALESCE(public.normalize_descriptor_text(p_text), '') = '' THEN
        RAISE EXCEPTION '% needs a letter or a digit.', p_name
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF pg_catalog.length(p_text) > 500 THEN
        RAISE EXCEPTION '% has 500 characters at most.', p_name
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION public.assert_searchable(text, text) FROM PUBLIC;

CREATE FUNCTION public.assert_descriptor_type(p_type text)
RETURNS void
LANGUAGE sql
IMMUTABLE
SET search_path = ''
AS $$
    /* Raises where it is given and not known. */
    SELECT public.assert_one_of('p_type', p_type, ARRAY[
        'aroma', 'flavor', 'texture', 'defect', 'metaphor', 'mouthfeel'
    ]);
$$;
REVOKE ALL ON FUNCTION public.assert_descriptor_type(text) FROM PUBLIC;
