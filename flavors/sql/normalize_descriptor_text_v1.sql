CREATE FUNCTION public.normalize_descriptor_text(p_text text)
RETURNS text
LANGUAGE plpgsql
IMMUTABLE STRICT PARALLEL SAFE
COST 30
AS $$
/*
The form under which a descriptor stands in the lexicon: lower case, Latin letters without marks and
ligatures, punctuation and runs of space as one space. Other scripts stay as they are. The
dictionary and the collation are named, so that neither search_path nor the server's locale changes
what is stored, and a dump restores.
*/
DECLARE
    v_text text := pg_catalog.lower(p_text COLLATE pg_catalog.pg_c_utf8);
BEGIN
    -- Most are plain words.
    IF v_text ~ '^[a-z0-9]+( [a-z0-9]+)*$' THEN
        RETURN v_text;
    END IF;
    -- Of no width: joiners, soft hyphens, variation selectors.
    v_text := pg_catalog.regexp_replace(
        p_text, '[\u00AD\u200B-\u200F\u2060-\u2064\uFE00-\uFE0F\uFEFF]+', '', 'g'
    );
    v_text := pg_catalog.lower(
        pg_catalog.normalize(v_text, 'NFKC') COLLATE pg_catalog.pg_c_utf8
    );
    v_text := pg_catalog.lower(
        public.unaccent(
            'public.unaccent'::pg_catalog.regdictionary, pg_catalog.replace(v_text, 'ø', 'oe')
        ) COLLATE pg_catalog.pg_c_utf8
    );
    RETURN pg_catalog.btrim(pg_catalog.regexp_replace(
        pg_catalog.normalize(v_text, 'NFKC') COLLATE pg_catalog.pg_c_utf8,
        '[[:punct:][:space:][:cntrl:]]+', ' ', 'g'
    ));
END
$$;
