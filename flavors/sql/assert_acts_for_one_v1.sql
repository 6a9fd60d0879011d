CREATE FUNCTION public.assert_acts_for_one(p_member uuid)
RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = ''
AS $$
/* As assert_acts_for(), where everybody is not meant. */
BEGIN
    PERFORM public.assert_acts_for(p_member);
    IF p_member IS NULL THEN
        RAISE EXCEPTION 'p_user_id is missing.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION public.assert_acts_for_one(uuid) FROM PUBLIC;
