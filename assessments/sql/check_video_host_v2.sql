CREATE OR REPLACE FUNCTION public.check_video_host()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/* A profile's video is on an allowed host. Fires before derive_profile, by name, and so sees an
   edit before it is put aside. */
BEGIN
    IF TG_OP = 'UPDATE' THEN
        -- A host that is struck off later stands in the way of no decision, nor of its undo, which
        -- puts an edit back: it is shown no more.
        IF NEW.video_url IS NOT DISTINCT FROM OLD.video_url
            OR OLD.pending_revision IS NULL AND NEW.pending_revision IS NOT NULL
        THEN
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
