CREATE FUNCTION public.assert_acts_for(p_member uuid)
RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = ''
AS $$
/* Raises unless the caller is the owner, or works for this member by app.current_user_id. NULL,
   everybody, is the owner's. */
BEGIN
    IF public.calling_role() <> 'steward_owner'
        AND (p_member IS NULL OR p_member IS DISTINCT FROM public.current_member_id())
    THEN
        RAISE EXCEPTION 'That is another member: you read and write what is your own.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION public.assert_acts_for(uuid) FROM PUBLIC;

CREATE FUNCTION public.assert_in_range(p_name text, p_value numeric, p_low numeric, p_high numeric)
RETURNS void
LANGUAGE plpgsql
IMMUTABLE
SET search_path = ''
AS $$
/* Raises where a parameter is NULL or out of [p_low, p_high]. */
BEGIN
    IF p_value BETWEEN p_low AND p_high THEN
        RETURN;
    END IF;
    RAISE EXCEPTION '% is % to %, not %.', p_name, p_low, p_high, COALESCE(p_value::text, 'NULL')
        USING ERRCODE = 'invalid_parameter_value';
END
$$;
REVOKE ALL ON FUNCTION public.assert_in_range(text, numeric, numeric, numeric) FROM PUBLIC;

CREATE FUNCTION public.assert_one_of(p_name text, p_value text, p_known text[])
RETURNS void
LANGUAGE plpgsql
IMMUTABLE
SET search_path = ''
AS $$
/* Raises where a parameter is given and is none of the known. */
BEGIN
    IF p_value IS NULL OR p_value = ANY (p_known) THEN
        RETURN;
    END IF;
    RAISE EXCEPTION '% is one of %, not “%”.',
        p_name, pg_catalog.array_to_string(p_known, ', '), p_value
        USING ERRCODE = 'invalid_parameter_value';
END
$$;
REVOKE ALL ON FUNCTION public.assert_one_of(text, text, text[]) FROM PUBLIC;
