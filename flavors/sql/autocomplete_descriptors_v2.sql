CREATE OR REPLACE FUNCTION public.terms_beginning_with(
    p_form text, p_type text, p_categories bigint[], p_limit integer
)
RETURNS SETOF bigint
LANGUAGE plpgsql
STABLE
SET search_path = ''
-- Of the most used ones few are looked at: a hash would read all there are.
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
/*
The most used terms whose form begins so, as what they were merged into; the most used first, so far
as each spelling's own uses go.
Uses index: term_letter and term_letters for one letter or two, which thousands of terms share; else
flavor_terms_normalized_form_key.
*/
DECLARE
    v_letters integer := pg_catalog.length(p_form);
BEGIN
    RETURN QUERY EXECUTE pg_catalog.format(
        $query$
        SELECT DISTINCT found.id FROM (
            SELECT survivor.id
            FROM (
                SELECT spelled.id, spelled.canonical_id, spelled.usage_count
                FROM public.flavor_terms AS spelled
                WHERE %s
            ) AS t
            JOIN public.flavor_terms AS survivor ON survivor.id = COALESCE(t.canonical_id, t.id)
            WHERE public.term_is_shown(survivor, $4)
                AND ($2::bigint[] IS NULL OR survivor.category_id = ANY ($2))
                AND ($3::text IS NULL OR EXISTS (
                    SELECT FROM public.descriptor_term_totals AS total
                    WHERE total.term_id = t.id AND total.descriptor_type = $3
                    OFFSET 0
                ))
            ORDER BY t.usage_count DESC
            LIMIT $5
        ) AS found
        $query$,
        CASE v_letters
            WHEN 1 THEN '"left"(spelled.normalized_form, 1) = $1'
            WHEN 2 THEN '"left"(spelled.normalized_form, 2) = $1'
            -- By itself: else the planner walks along term_by_use, for all that begin otherwise.
            ELSE 'spelled.normalized_form ^@ $1 ORDER BY spelled.usage_count DESC OFFSET 0'
        END
    ) USING p_form, p_categories, p_type, public.calling_role() = 'steward_owner', p_limit;
END
$$;

CREATE OR REPLACE FUNCTION public.autocomplete_descriptors(
    p_prefix text,
    p_user_id uuid DEFAULT NULL,
    p_type text DEFAULT NULL,
    p_category text DEFAULT NULL,
    p_limit integer DEFAULT 10
)
RETURNS TABLE (text text, type text, category text, usage_count bigint, match_type text)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
/*
Terms that begin with what was typed, the most used first (prefix); where these are fewer than
p_limit, and three characters or more were typed, the most similar follow (similar). Of a member:
their own terms, by their own uses. `%` and `_` mean themselves.
*/
#variable_conflict use_column
DECLARE
    v_form text := public.normalize_descriptor_text(p_prefix);
    v_categories bigint[];
    v_found bigint[];
BEGIN
    PERFORM public.assert_searchable('p_prefix', p_prefix);
    PERFORM public.assert_descriptor_type(p_type);
    PERFORM public.assert_in_range('p_limit', p_limit, 1, 100);
    v_categories := public.flavor_categories_named(p_category);
    IF p_user_id IS NOT NULL THEN
        PERFORM public.assert_acts_for(p_user_id);
        RETURN QUERY
            SELECT t.display_text, u.type, path.category, u.uses,
                CASE WHEN u.is_prefixed THEN 'prefix' ELSE 'similar' END
            FROM public.member_terms(p_user_id, p_type, v_form) AS u
            JOIN public.flavor_terms AS t ON t.id = u.id
            LEFT JOIN public.flavor_category_paths AS path ON path.id = t.category_id
            WHERE (u.is_prefixed OR pg_catalog.length(v_form) > 2 AND u.alike >= 0.3)
                AND (v_categories IS NULL OR t.category_id = ANY (v_categories))
            ORDER BY u.is_prefixed DESC, CASE WHEN NOT u.is_prefixed THEN u.alike END DESC,
                u.uses DESC, t.normalized_form
            LIMIT p_limit;
        RETURN;
    END IF;
    v_found := ARRAY(
        SELECT public.terms_beginning_with(v_form, p_type, v_categories, 50 + 2 * p_limit)
    );
    RETURN QUERY
        SELECT t.display_text, u.type, path.category, u.usage_count, 'prefix'
        FROM public.term_uses(v_found, p_type) AS u
        JOIN public.flavor_terms AS t ON t.id = u.term_id
        LEFT JOIN public.flavor_category_paths AS path ON path.id = t.category_id
        ORDER BY u.usage_count DESC, t.normalized_form
        LIMIT p_limit;
    IF pg_catalog.cardinality(v_found) >= p_limit OR pg_catalog.length(v_form) < 3 THEN
        RETURN;
    END IF;
    RETURN QUERY
        WITH alike AS MATERIALIZED (
            SELECT * FROM public.similar_terms(
                p_prefix, 0.4, p_limit + pg_catalog.cardinality(v_found), v_categories, p_type
            ) AS s
            WHERE s.term_id <> ALL (v_found)
        )
        SELECT t.display_text, u.type, path.category, u.usage_count, 'similar'
        FROM alike AS a
        JOIN public.flavor_terms AS t ON t.id = a.term_id
        JOIN public.term_uses(ARRAY(SELECT a.term_id FROM alike AS a), p_type) AS u
            ON u.term_id = t.id
        LEFT JOIN public.flavor_category_paths AS path ON path.id = t.category_id
        ORDER BY a.similarity DESC, u.usage_count DESC, t.normalized_form
        LIMIT p_limit - pg_catalog.cardinality(v_found);
END
$$;
