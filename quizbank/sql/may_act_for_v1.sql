CREATE FUNCTION public.may_act_for(p_member uuid)
RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    /* The caller is the owner, or works for this member by app.current_user_id. */
    SELECT public.calling_role() = 'steward_owner'
        OR COALESCE(p_member = public.current_member_id(), false);
$$;
REVOKE ALL ON FUNCTION public.may_act_for(uuid) FROM PUBLIC;
