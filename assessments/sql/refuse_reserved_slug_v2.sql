CREATE OR REPLACE FUNCTION public.refuse_reserved_slug()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/* A slug is no reserved word, and has none that is refused anywhere among its words. Fires before
   derive_profile, by name, and so sees an edit before it is put aside. */
BEGIN
    IF TG_OP = 'UPDATE' THEN
        -- A word that is reserved later stands in the way of no decision on the profile, nor of the
        -- undo of one on its edit, which puts the edit back.
        IF NEW.profile_slug = OLD.profile_slug
            OR OLD.pending_revision IS NULL AND NEW.pending_revision IS NOT NULL
        THEN
            RETURN NEW;
        END IF;
    END IF;
    IF EXISTS (
        SELECT FROM public.reserved_slug_words
        WHERE word = NEW.profile_slug
            OR anywhere
            AND pg_catalog.strpos('-' || NEW.profile_slug || '-', '-' || word || '-') > 0
    ) THEN
        RAISE EXCEPTION 'The slug % is not for profiles.', NEW.profile_slug
            USING ERRCODE = 'check_violation', COLUMN = 'profile_slug';
    END IF;
    RETURN NEW;
END
$$;
ALTER TRIGGER refuse_reserved_slug ON public.public_profiles RENAME TO check_reserved_slug;
