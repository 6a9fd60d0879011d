CREATE OR REPLACE FUNCTION public.similar_terms(
    p_text text, p_threshold real, p_limit integer, p_categories bigint[], p_type text
)
RETURNS TABLE (term_id bigint, similarity real)
LANGUAGE plpgsql
STABLE
SET search_path = public, pg_catalog, pg_temp
SET pg_trgm.similarity_threshold = 0.3
AS $$
/*
The terms by pg_trgm's similarity of their forms with that of the text, as what they were merged into:
at most p_limit, the most similar first, of equal ones the more used. Of these categories, and used
as this type, if they are given.

Those that are most alike first, and no others where these are enough: forms of m and n trigrams,
m < n, are m / n alike at most, and the less alike, the more terms there are to look at. Where few
are, the next step would hardly be enough either, and is left out; and so are all but the last of a
form of few trigrams, of which too many are different after one slip.

To be 0.4 alike, forms of more than twice as many share six of seven, and so next to none after that
slip. Most terms of a lexicon are so long: of these, only those with the text in them are looked at.
*/
DECLARE
    v_form text := normalize_descriptor_text(p_text);
    v_size numeric := cardinality(show_trgm(v_form));
    v_steps numeric[] := ARRAY(
        SELECT step FROM unnest(ARRAY[0.65, 0.5, 0.4]) AS step
        WHERE step > p_threshold::numeric AND p_limit <= 50
            AND (v_size > 9 OR p_threshold < 0.4)
    ) || p_threshold::numeric;
    v_longest numeric := CASE
        WHEN v_size <= 9 AND p_threshold::numeric >= 0.4 THEN 2 * v_size
    END;
    v_step integer := 1;
    v_least numeric;
    v_terms bigint[];
    v_alike real[];
BEGIN
    LOOP
        v_least := v_steps[v_step];
        -- A similarity is a real number, the threshold a double one: 0.45 is a little less.
        PERFORM set_config('pg_trgm.similarity_threshold', (v_least - 0.000001)::text, true);
        SELECT array_agg(l.term_id), array_agg(l.alike) INTO v_terms, v_alike
        FROM terms_spelled_like(
            v_form,
            ARRAY(
                SELECT size::smallint
                FROM generate_series(
                    ceil(v_size * v_least), least(floor(v_size / v_least), v_longest)
                ) AS size
            ),
            ARRAY(
                SELECT size::smallint
                FROM generate_series(v_longest + 1, floor(v_size / v_least)) AS size
            ),
            p_limit, p_categories, p_type
        ) AS l;
        EXIT WHEN cardinality(v_terms) >= p_limit OR v_step = cardinality(v_steps);
        v_step := least(
            v_step + CASE WHEN 4 * COALESCE(cardinality(v_terms), 0) < p_limit THEN 2 ELSE 1 END,
            cardinality(v_steps)
        );
    END LOOP;
    RETURN QUERY SELECT found.id, found.alike FROM unnest(v_terms, v_alike) AS found (id, alike);
END
$$;
