CREATE OR REPLACE FUNCTION public.find_similar_profiles(p_profile uuid, p_limit integer)
RETURNS TABLE (user_id uuid, reason text, likeness real)
LANGUAGE plpgsql
STABLE
SET search_path = ''
AS $$
/*
Profiles of others that may be the same person's, at most p_limit for each reason: email, slug (the
same but for a number at its end), summary (pg_trgm's similarity of 0.6 and more, among those that
share one of text_marks). An edit that waits counts as what it would become.

The trigram index alone takes seconds for one summary among 100,000; marks take milliseconds.
Uses index: profile_email, profile_slug_stem, profile_summary_marks.
*/
DECLARE
    v_profile public.public_profiles;
    v_marks integer[];
BEGIN
    SELECT * INTO v_profile FROM public.public_profiles AS p WHERE p.user_id = p_profile;
    v_profile := pg_catalog.jsonb_populate_record(v_profile, v_profile.pending_revision);
    v_marks := public.text_marks(v_profile.public_summary);
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
        WITH candidates AS MATERIALIZED (
            SELECT p.user_id, p.public_summary FROM public.public_profiles AS p
            WHERE public.text_marks(p.public_summary) && v_marks AND p.user_id <> p_profile
            LIMIT 100
        ),
        alike AS (
            SELECT c.user_id, public.similarity(c.public_summary, v_profile.public_summary) AS much
            FROM candidates AS c
        )
        SELECT a.user_id, 'summary', a.much FROM alike AS a
        WHERE a.much >= 0.6
        ORDER BY a.much DESC, a.user_id
        LIMIT p_limit
    );
END
$$;
