CREATE FUNCTION public.take_owner_step(p_member uuid, p_action text, p_message text DEFAULT '')
RETURNS bigint
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* Submit, appeal or withdraw the profile of p_member as its owner does; returns its version. */
DECLARE
    v_profile public.public_profiles;
    v_version bigint;
    v_to text := CASE p_action
        WHEN 'submit' THEN 'pending' WHEN 'appeal' THEN 'appealed' WHEN 'withdraw' THEN 'draft'
    END;
BEGIN
    SELECT * INTO v_profile FROM public.public_profiles
    WHERE user_id = p_member FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no profile.' USING ERRCODE = 'no_data_found';
    ELSIF NOT (CASE p_action
        WHEN 'submit' THEN v_profile.state IN ('draft', 'changes_requested', 'rejected')
        WHEN 'appeal' THEN v_profile.state IN ('hidden', 'rejected')
        WHEN 'withdraw' THEN v_profile.state <> 'draft'
        ELSE false
    END) THEN
        RAISE EXCEPTION 'From % that step is not possible.',
            pg_catalog.replace(v_profile.state, '_', ' ') USING ERRCODE = 'check_violation';
    END IF;
    UPDATE public.public_profiles SET
        state = v_to,
        opted_in = p_action <> 'withdraw',
        submitted_at = CASE p_action WHEN 'withdraw' THEN submitted_at ELSE pg_catalog.now() END,
        claimed_by_id = NULL,
        claimed_until = NULL
    WHERE user_id = p_member
    RETURNING version INTO v_version;
    INSERT INTO public.profile_events (user_id, version, action, from_state, to_state, message)
    VALUES (p_member, v_version, p_action, v_profile.state, v_to, COALESCE(p_message, ''));
    RETURN v_version;
END
$$;
REVOKE ALL ON FUNCTION public.take_owner_step(uuid, text, text) FROM PUBLIC;

CREATE FUNCTION public.submit_own_profile()
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = ''
AS $$
    /* Opt in, and ask for publication: for the caller's profile, by app.current_user_id. */
    SELECT public.take_owner_step(public.current_member_id(), 'submit');
$$;
CREATE FUNCTION public.withdraw_own_profile()
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = ''
AS $$
    /* Opt out: the caller's profile is gone from the public at once. */
    SELECT public.take_owner_step(public.current_member_id(), 'withdraw');
$$;
CREATE FUNCTION public.appeal_own_profile(p_message text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = ''
AS $$
    /* Ask another moderator to judge the decision on the caller's profile. */
    SELECT public.take_owner_step(public.current_member_id(), 'appeal', p_message);
$$;
REVOKE ALL ON FUNCTION public.submit_own_profile(), public.withdraw_own_profile(),
    public.appeal_own_profile(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.submit_own_profile(), public.withdraw_own_profile(),
    public.appeal_own_profile(text) TO steward_member;
