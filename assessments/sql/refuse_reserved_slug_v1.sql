INSERT INTO public.reserved_slug_words (word) VALUES
    ('about'), ('account'), ('admin'), ('api'), ('app'), ('assets'), ('badges'), ('help'),
    ('leaderboard'), ('legal'), ('login'), ('logout'), ('me'), ('media'), ('new'), ('null'),
    ('privacy'), ('profile'), ('profiles'), ('root'), ('search'), ('settings'), ('signup'),
    ('static'), ('steward'), ('support'), ('terms'), ('undefined'), ('www');

CREATE FUNCTION public.refuse_reserved_slug()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/* A slug is no reserved word, and has none that is refused anywhere among its words. */
BEGIN
    IF TG_OP = 'UPDATE' THEN
        -- A word that is reserved later stands in the way of no decision.
        IF NEW.profile_slug = OLD.profile_slug THEN
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
REVOKE ALL ON FUNCTION public.refuse_reserved_slug() FROM PUBLIC;
CREATE TRIGGER refuse_reserved_slug BEFORE INSERT OR UPDATE OF profile_slug
    ON public.public_profiles FOR EACH ROW EXECUTE FUNCTION public.refuse_reserved_slug();
