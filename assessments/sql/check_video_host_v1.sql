CREATE FUNCTION public.video_is_allowed(p_url text)
RETURNS boolean
LANGUAGE sql
STABLE STRICT
SET search_path = ''
AS $$
    /* An https address on one of video_hosts or a subdomain, with no user, port or backslash, which
       browsers and other programs read differently. */
    SELECT EXISTS (
        SELECT FROM public.video_hosts
        WHERE '.' || pg_catalog.lower(pg_catalog.substring(
                p_url, '^https://([A-Za-z0-9.-]+)(?:[/?#][^[:space:]]*)?$'
            )) LIKE '%.' || host
    );
$$;
REVOKE ALL ON FUNCTION public.video_is_allowed(text) FROM PUBLIC;

CREATE FUNCTION public.check_video_host()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/* A profile's video is on an allowed host. Fires before derive_profile, by name, and so sees an
   edit before it is put aside. */
BEGIN
    IF TG_OP = 'UPDATE' THEN
        -- A host that is struck off later stands in the way of no decision: it is shown no more.
        IF NEW.video_url IS NOT DISTINCT FROM OLD.video_url THEN
            RETURN NEW;
        END IF;
    END IF;
    IF NOT public.video_is_allowed(NEW.video_url) THEN
        RAISE EXCEPTION 'A video is an https address on one of these: %.',
            (SELECT pg_catalog.string_agg(host, ', ' ORDER BY host) FROM public.video_hosts)
            USING ERRCODE = 'check_violation', COLUMN = 'video_url';
    END IF;
    RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION public.check_video_host() FROM PUBLIC;
CREATE TRIGGER check_video_host BEFORE INSERT OR UPDATE OF video_url
    ON public.public_profiles FOR EACH ROW EXECUTE FUNCTION public.check_video_host();
