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
Uses index: term_trigrams; “similarity() >= x” would not.
*/
DECLARE
    v_form text := normalize_descriptor_text(p_text);
    v_all boolean := calling_role() = 'steward_owner';
BEGIN
    PERFORM set_config('pg_trgm.similarity_threshold', p_threshold::text, true);
    RETURN QUERY
        WITH found AS (
            SELECT COALESCE(t.canonical_id, t.id) AS id,
                max(similarity(t.normalized_form, v_form)) AS alike
            FROM flavor_terms AS t
            WHERE t.normalized_form % v_form
            GROUP BY 1
        )
        SELECT f.id, f.alike
        FROM found AS f JOIN flavor_terms AS t ON t.id = f.id
        WHERE term_is_shown(t, v_all)
            AND (p_categories IS NULL OR t.category_id = ANY (p_categories))
            AND (p_type IS NULL OR EXISTS (
                SELECT FROM flavor_terms AS raw
                JOIN descriptor_term_totals AS total ON total.term_id = raw.id
                WHERE (raw.id = f.id OR raw.canonical_id = f.id)
                    AND total.descriptor_type = p_type
            ))
        ORDER BY f.alike DESC, t.usage_count DESC, f.id
        LIMIT p_limit;
END
$$;
DROP FUNCTION public.terms_spelled_like(text, smallint[], integer, bigint[], text);
