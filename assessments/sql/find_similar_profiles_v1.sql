-- Only a session that has loaded the library may name its setting.
SELECT public.similarity('', '');
CREATE FUNCTION public.find_similar_profiles(p_profile uuid, p_limit integer)
RETURNS TABLE (user_id uuid, reason text, likeness real)
LANGUAGE plpgsql
STABLE
SET search_path = ''
SET pg_trgm.similarity_threshold = 0.6
AS $$
/*
Profiles of others that may be the same person's, at most p_limit for each reason: email, slug (the
same but for a number at its end), summary (pg_trgm's similarity of 0.6 and more). An edit that
waits counts as what it would become.

Uses index: profile_email, profile_slug_stem, profile_summary_parts.
*/
DECLARE
    v_profile public.public_profiles;
BEGIN
    SELECT * INTO v_profile FROM public.public_profiles AS p WHERE p.user_id = p_profile;
    v_profile := pg_catalog.jsonb_populate_record(v_profile, v_profile.pending_revision);
    RETURN QUERY (
        SELECT p.user_id, 'email', 1::real FROM public.public_profiles AS p
        WHERE pg_catalog.lower(p.email) = pg_catalog.lower(v_profile.email)
            AND p.user_id <> p_profile
        LIMIT p_limit
    );
    RETURN QUERY (
        SELECT p.user_id, 'slug', 1::real FROM public.public_profiles AS p
        WHERE pg_catalog.regexp_replace(p.profile_slug, '-[0-9]+$', '')
                = pg_catalog.regexp_replace(v_profile.profile_slug, '-[0-9]+$', '')
            AND p.user_id <> p_profile
        LIMIT p_limit
    );
    RETURN QUERY (
        SELECT p.user_id, 'summary', public.similarity(p.public_summary, v_profile.public_summary)
        FROM public.public_profiles AS p
        WHERE p.public_summary OPERATOR(public.%) v_profile.public_summary
            AND p.user_id <> p_profile
        ORDER BY 3 DESC, 1
        LIMIT p_limit
    );
END
$$;
REVOKE ALL ON FUNCTION public.find_similar_profiles(uuid, integer) FROM PUBLIC;
