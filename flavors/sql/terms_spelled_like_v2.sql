DROP FUNCTION public.terms_spelled_like(text, smallint[], integer, bigint[], text);
CREATE FUNCTION public.terms_spelled_like(
    p_form text, p_sizes smallint[], p_longer smallint[], p_limit integer, p_categories bigint[],
    p_type text
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
    By pg_trgm.similarity_threshold, as what they were merged into; of forms with so many trigrams,
    and of longer ones those with p_form in them.
    Uses index: term_trigrams; “similarity() >= x” would not, and need not where LIKE does. Then
    flavor_terms_pkey, descriptor_term_totals_pkey, term_is_merged.
    */
    WITH spelled AS MATERIALIZED (
        SELECT COALESCE(t.canonical_id, t.id) AS id, similarity(t.normalized_form, p_form) AS alike
        FROM flavor_terms AS t
        WHERE t.normalized_form % p_form AND trigram_count(t.normalized_form) && p_sizes
        UNION ALL
        SELECT COALESCE(t.canonical_id, t.id), similarity(t.normalized_form, p_form)
        FROM flavor_terms AS t
        -- A form has no punctuation, and so no wildcard.
        WHERE t.normalized_form LIKE '%' || p_form || '%'
            AND trigram_count(t.normalized_form) && p_longer
            AND similarity(t.normalized_form, p_form) >= show_limit()
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
REVOKE ALL ON FUNCTION
    public.terms_spelled_like(text, smallint[], smallint[], integer, bigint[], text) FROM PUBLIC;
