CREATE OR REPLACE FUNCTION public.follow_profile()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/*
After a profile is written: its slug is its own for ever, known as public once it was, and its
session shows slug and state.
*/
BEGIN
    INSERT INTO public.profile_slug_history AS known (slug, user_id, was_public)
    VALUES (NEW.profile_slug, NEW.user_id, NEW.is_public)
    ON CONFLICT (slug) DO UPDATE SET was_public = known.was_public OR EXCLUDED.was_public
    WHERE known.user_id = EXCLUDED.user_id;
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
