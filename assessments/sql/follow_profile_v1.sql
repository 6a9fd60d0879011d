CREATE FUNCTION public.follow_profile()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/* After a profile is written: its slug is its own for ever, and its session shows slug and state. */
BEGIN
    INSERT INTO public.profile_slug_history AS known (slug, user_id)
    VALUES (NEW.profile_slug, NEW.user_id)
    ON CONFLICT (slug) DO UPDATE SET since = known.since WHERE known.user_id = EXCLUDED.user_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'The slug % belongs to another profile.', NEW.profile_slug
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'public_profiles_profile_slug_key';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.session_id IS NOT NULL AND OLD.session_id IS DISTINCT FROM NEW.session_id THEN
            UPDATE public.cs_assessment_sessions SET is_published = false, profile_slug = NULL
            WHERE id = OLD.session_id;
        END IF;
    END IF;
    UPDATE public.cs_assessment_sessions
    SET is_published = NEW.is_public, profile_slug = NEW.profile_slug
    WHERE id = NEW.session_id
        AND (is_published, profile_slug) IS DISTINCT FROM (NEW.is_public, NEW.profile_slug);
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.follow_profile() FROM PUBLIC;
CREATE TRIGGER follow_profile_made AFTER INSERT ON public.public_profiles
    FOR EACH ROW EXECUTE FUNCTION public.follow_profile();
CREATE TRIGGER follow_profile_changed AFTER UPDATE ON public.public_profiles
    FOR EACH ROW
    WHEN (
        (OLD.profile_slug, OLD.session_id, OLD.is_public)
        IS DISTINCT FROM (NEW.profile_slug, NEW.session_id, NEW.is_public)
    )
    EXECUTE FUNCTION public.follow_profile();

CREATE FUNCTION public.follow_member()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/* A member who is switched off leaves the public pages in the same transaction. */
BEGIN
    UPDATE public.public_profiles SET member_is_active = NEW.is_active
    WHERE user_id = NEW.id AND member_is_active <> NEW.is_active;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.follow_member() FROM PUBLIC;
CREATE TRIGGER follow_member AFTER UPDATE OF is_active ON public.members
    FOR EACH ROW EXECUTE FUNCTION public.follow_member();
