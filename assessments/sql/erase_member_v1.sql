/*
Erasing a person. What becomes of each table:

    members                   stays as a tombstone without name and e-mail, inactive: archived rows
                              that come back, and the answers and tastings that are kept without a
                              name, still point to it
    public_profiles,
    profile_slug_history      deleted; the slug is free again
    cs_assessment_sessions    deleted with transcript and scores
    leaderboard_attempts,
    leaderboard_movers        deleted: the boards at once, ranks of others with the next refresh
    profile_events            stay: who decided what, and when; their texts are blanked
    audit_logs,
    django_admin_log          stay; what they say of the member is blanked
    ops_run                   stays: runs know members by id

The declarations in operations.py are what is worked through; tests compare them with the catalog.
Archived files are not rewritten: what comes back is erased again on its way (erase_again).

Locks: the member first, then profile, slugs and sessions, as everybody else takes them.
*/
CREATE FUNCTION public.erase_member(p_member uuid, p_by text DEFAULT '')
RETURNS jsonb
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/* Table → rows that were deleted or blanked; a second time, what the first did. All or nothing. */
DECLARE
    v_emails text[];
BEGIN
    PERFORM FROM public.members WHERE id = p_member FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no member %.', p_member USING ERRCODE = 'no_data_found';
    END IF;
    SELECT pg_catalog.array_agg(known.email) INTO v_emails
    FROM (
        SELECT email FROM public.members WHERE id = p_member
        UNION
        SELECT email FROM public.public_profiles WHERE user_id = p_member
    ) AS known
    WHERE known.email IS NOT NULL;
    RETURN public.erase_personal_data(p_member, v_emails, p_by);
END
$$;
REVOKE ALL ON FUNCTION public.erase_member(uuid, text) FROM PUBLIC;

CREATE FUNCTION public.refuse_erased_member()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/*
Before a row of a member is made, whose id stands in user_id: nothing new about who is erased. The
lock waits for an erasure that is under way; without a member, the foreign key has the word.
*/
BEGIN
    PERFORM FROM public.members WHERE id = NEW.user_id FOR KEY SHARE;
    IF EXISTS (SELECT FROM public.erased_members WHERE id = NEW.user_id) THEN
        RAISE EXCEPTION 'This member is erased.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION public.refuse_erased_member() FROM PUBLIC;
CREATE TRIGGER refuse_erased_member BEFORE INSERT ON public.cs_assessment_sessions
    FOR EACH ROW EXECUTE FUNCTION public.refuse_erased_member();
CREATE TRIGGER refuse_erased_member BEFORE INSERT ON public.public_profiles
    FOR EACH ROW EXECUTE FUNCTION public.refuse_erased_member();

CREATE FUNCTION public.keep_erased_member_erased()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* Before a member is made or changed: an id that was erased stays a tombstone, whoever writes. */
BEGIN
    IF EXISTS (SELECT FROM public.erased_members WHERE id = NEW.id) AND (
        NEW.display_name <> 'Erased member'
        OR NEW.email IS NOT NULL
        OR NEW.last_seen_at IS NOT NULL
        OR NEW.is_active
    ) THEN
        RAISE EXCEPTION 'This member is erased.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION public.keep_erased_member_erased() FROM PUBLIC;
CREATE TRIGGER keep_erased_member_erased BEFORE INSERT OR UPDATE ON public.members
    FOR EACH ROW EXECUTE FUNCTION public.keep_erased_member_erased();

CREATE FUNCTION public.keep_profile_with_events()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/* Before a profile is deleted: with events, only together with its member. */
BEGIN
    IF EXISTS (SELECT FROM public.profile_events WHERE user_id = OLD.user_id)
        AND NOT EXISTS (SELECT FROM public.erased_members WHERE id = OLD.user_id)
    THEN
        RAISE EXCEPTION 'A profile with events stays until its member is erased.'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN OLD;
END
$$;
REVOKE ALL ON FUNCTION public.keep_profile_with_events() FROM PUBLIC;
CREATE TRIGGER keep_profile_with_events BEFORE DELETE ON public.public_profiles
    FOR EACH ROW EXECUTE FUNCTION public.keep_profile_with_events();
