CREATE FUNCTION public.terms_spelled_like(
    p_form text, p_sizes smallint[], p_limit integer, p_categories bigint[], p_type text
)
RETURNS TABLE (term_id bigint, alike real)
LANGUAGE sql
STABLE
SET search_path = public, pg_catalog, pg_temp
-- Hundreds are found in a lexicon of hundreds of thousands: a hash would read all of it.
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
    /*
    By pg_trgm.similarity_threshold, as what they were merged into; of forms with so many trigrams.
    Uses index: term_trigrams; “similarity() >= x” would not. Then flavor_terms_pkey,
    descriptor_term_totals_pkey, term_is_merged.
    */
    WITH spelled AS MATERIALIZED (
        SELECT COALESCE(t.canonical_id, t.id) AS id, similarity(t.normalized_form, p_form) AS alike
        FROM flavor_terms AS t
        WHERE t.normalized_form % p_form AND trigram_count(t.normalized_form) && p_sizes
    ), found AS MATERIALIZED (
        SELECT s.id, max(s.alike) AS alike FROM spelled AS s GROUP BY s.id
    )
    SELECT f.id, f.alike
    FROM found AS f JOIN flavor_terms AS t ON t.id = f.id
    WHERE term_is_shown(t, calling_role() = 'steward_owner')
        AND (p_categories IS NULL OR t.category_id = ANY (p_categories))
        AND (
            p_type IS NULL
            OR EXISTS (
                SELECT FROM descriptor_term_totals AS total
                WHERE total.term_id = f.id AND total.descriptor_type = p_type
            )
            OR EXISTS (
                SELECT FROM flavor_terms AS alias
                JOIN descriptor_term_totals AS total ON total.term_id = alias.id
                WHERE alias.canonical_id = f.id AND total.descriptor_type = p_type
            )
        )
    ORDER BY f.alike DESC, t.usage_count DESC, f.id
    LIMIT p_limit;
$$;
REVOKE ALL ON FUNCTION public.terms_spelled_like(text, smallint[], integer, bigint[], text)
    FROM PUBLIC;

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
m < n, are m / n alike at most, and the less alike, the more terms there are to look at.
*/
DECLARE
    v_form text := normalize_descriptor_text(p_text);
    v_size numeric := cardinality(show_trgm(v_form));
    v_steps numeric[] := ARRAY(
        SELECT step FROM unnest(ARRAY[0.65, 0.5, 0.4]) AS step
        WHERE step > p_threshold::numeric AND p_limit <= 50
    ) || p_threshold::numeric;
    v_least numeric;
    v_terms bigint[];
    v_alike real[];
BEGIN
    FOREACH v_least IN ARRAY v_steps LOOP
        -- A similarity is a real number, the threshold a double one: 0.45 is a little less.
        PERFORM set_config('pg_trgm.similarity_threshold', (v_least - 0.000001)::text, true);
        SELECT array_agg(l.term_id), array_agg(l.alike) INTO v_terms, v_alike
        FROM terms_spelled_like(
            v_form,
            ARRAY(
                SELECT size::smallint
                FROM generate_series(ceil(v_size * v_least), floor(v_size / v_least)) AS size
            ),
            p_limit, p_categories, p_type
        ) AS l;
        EXIT WHEN cardinality(v_terms) >= p_limit;
    END LOOP;
    RETURN QUERY SELECT found.id, found.alike FROM unnest(v_terms, v_alike) AS found (id, alike);
END
$$;
