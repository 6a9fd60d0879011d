CREATE FUNCTION public.text_marks(p_text text)
RETURNS integer[]
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
SET search_path = ''
BEGIN ATOMIC
    /*
    Eight numbers that texts share in most when they are nearly the same: the smallest hashes of
    every three words in a row (bottom-k sketch, Broder 1997). Empty for a text without words.
    */
    WITH words AS (
        SELECT w.word, w.place
        FROM pg_catalog.regexp_split_to_table(pg_catalog.lower(p_text), '[^[:alnum:]]+')
            WITH ORDINALITY AS w (word, place)
        WHERE w.word <> ''
    ),
    runs AS (
        SELECT pg_catalog.concat_ws(
            ' ', w.word, pg_catalog.lead(w.word) OVER (ORDER BY w.place),
            pg_catalog.lead(w.word, 2) OVER (ORDER BY w.place)
        ) AS run
        FROM words AS w
    ),
    smallest AS (
        SELECT DISTINCT (
            'x' || pg_catalog.substr(pg_catalog.md5(r.run), 1, 8)
        )::bit(32)::integer AS mark
        FROM runs AS r
        ORDER BY mark
        LIMIT 8
    )
    SELECT COALESCE(pg_catalog.array_agg(s.mark), '{}') FROM smallest AS s;
END;
