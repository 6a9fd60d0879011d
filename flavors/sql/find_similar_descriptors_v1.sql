CREATE FUNCTION public.term_is_shown(p_term public.flavor_terms, p_all boolean)
RETURNS boolean
LANGUAGE sql
IMMUTABLE
AS $$
    /* Among everybody's terms: not what was rejected; to members only what was approved, or what
       three of them use: nobody's slip of the pen is shown to others. */
    SELECT p_term.status = 'approved'
        OR (p_term.status = 'suggested' AND (p_all OR p_term.user_count >= 3));
$$;
REVOKE ALL ON FUNCTION public.term_is_shown(public.flavor_terms, boolean) FROM PUBLIC;

CREATE FUNCTION public.flavor_categories_named(p_name text)
RETURNS bigint[]
LANGUAGE plpgsql
STABLE
SET search_path = ''
AS $$
/* The categories of this name, whatever its case, with all below them; NULL for NULL. */
DECLARE
    v_found bigint[];
BEGIN
    IF p_name IS NULL THEN
        RETURN NULL;
    END IF;
    WITH RECURSIVE branch AS (
        SELECT c.id FROM public.flavor_categories AS c
        WHERE pg_catalog.lower(c.name) = pg_catalog.lower(p_name)
        UNION
        SELECT c.id FROM branch AS b JOIN public.flavor_categories AS c ON c.parent_id = b.id
    )
    SELECT pg_catalog.array_agg(b.id) INTO v_found FROM branch AS b;
    IF v_found IS NULL THEN
        RAISE EXCEPTION 'There is no flavor category “%”.', p_name
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN v_found;
END
$$;
REVOKE ALL ON FUNCTION public.flavor_categories_named(text) FROM PUBLIC;

CREATE FUNCTION public.similar_terms(
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
REVOKE ALL ON FUNCTION public.similar_terms(text, real, integer, bigint[], text) FROM PUBLIC;

CREATE FUNCTION public.term_uses(p_terms bigint[], p_type text DEFAULT NULL)
RETURNS TABLE (term_id bigint, type text, usage_count bigint)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    /*
    How often these terms, with what was merged into them, were used, and as which type mostly (NULL:
    never); as p_type alone if it is given. One row a term.
    Uses index: flavor_terms' on canonical_id, descriptor_term_totals' primary key.
    */
    SELECT
        each.id,
        (pg_catalog.array_agg(u.descriptor_type ORDER BY u.uses DESC NULLS LAST))[1],
        COALESCE(sum(u.uses), 0)::bigint
    FROM pg_catalog.unnest(p_terms) AS each (id)
    LEFT JOIN LATERAL (
        SELECT total.descriptor_type, sum(total.uses) AS uses
        FROM (
            SELECT each.id
            UNION ALL
            SELECT t.id FROM public.flavor_terms AS t WHERE t.canonical_id = each.id
        ) AS raw (id)
        JOIN public.descriptor_term_totals AS total ON total.term_id = raw.id
        WHERE p_type IS NULL OR total.descriptor_type = p_type
        GROUP BY total.descriptor_type
    ) AS u ON true
    GROUP BY each.id;
$$;
REVOKE ALL ON FUNCTION public.term_uses(bigint[], text) FROM PUBLIC;

CREATE FUNCTION public.member_terms(p_user_id uuid, p_type text, p_form text)
RETURNS TABLE (id bigint, type text, uses bigint, alike real, is_prefixed boolean)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    /*
    The terms of a member, as what they were merged into, with the member's uses and the type that
    most of these are of; how much the nearest of their spellings is like p_form, and whether one
    begins with it.
    Uses index: member_terms_of_member.
    */
    SELECT
        u.id, (pg_catalog.array_agg(u.type ORDER BY u.uses DESC, u.type))[1], sum(u.uses)::bigint,
        max(u.alike), pg_catalog.bool_or(u.is_prefixed)
    FROM (
        SELECT COALESCE(raw.canonical_id, raw.id) AS id, r.descriptor_type AS type,
            sum(r.uses) AS uses, max(public.similarity(raw.normalized_form, p_form)) AS alike,
            pg_catalog.bool_or(pg_catalog.starts_with(raw.normalized_form, p_form)) AS is_prefixed
        FROM (
            SELECT m.term_id, m.descriptor_type, sum(m.uses) AS uses
            FROM public.descriptor_member_terms AS m
            WHERE m.user_id = p_user_id AND (p_type IS NULL OR m.descriptor_type = p_type)
            GROUP BY m.term_id, m.descriptor_type
        ) AS r
        JOIN public.flavor_terms AS raw ON raw.id = r.term_id
        GROUP BY 1, 2
    ) AS u
    GROUP BY u.id;
$$;
REVOKE ALL ON FUNCTION public.member_terms(uuid, text, text) FROM PUBLIC;

CREATE FUNCTION public.find_similar_descriptors(
    p_text text,
    p_user_id uuid DEFAULT NULL,
    p_type text DEFAULT NULL,
    p_threshold real DEFAULT 0.3,
    p_limit integer DEFAULT 20
)
RETURNS TABLE (
    id bigint, text text, type text, category text, subcategory text, usage_count bigint,
    similarity real
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
/*
Terms like the text, the most similar first; of a member, those that they used, with their own uses.
A merged term is found by any of its spellings, as what it was merged into.
*/
#variable_conflict use_column
DECLARE
    v_form text := public.normalize_descriptor_text(p_text);
BEGIN
    PERFORM public.assert_searchable('p_text', p_text);
    PERFORM public.assert_descriptor_type(p_type);
    PERFORM public.assert_in_range('p_threshold', p_threshold::numeric, 0.1, 1);
    PERFORM public.assert_in_range('p_limit', p_limit, 1, 1000);
    IF p_user_id IS NOT NULL THEN
        PERFORM public.assert_acts_for(p_user_id);
        RETURN QUERY
            SELECT t.id, t.display_text, u.type, path.category, path.subcategory, u.uses, u.alike
            FROM public.member_terms(p_user_id, p_type, v_form) AS u
            JOIN public.flavor_terms AS t ON t.id = u.id
            LEFT JOIN public.flavor_category_paths AS path ON path.id = t.category_id
            WHERE u.alike >= p_threshold
            ORDER BY u.alike DESC, u.uses DESC, t.id
            LIMIT p_limit;
        RETURN;
    END IF;
    RETURN QUERY
        WITH found AS MATERIALIZED (
            SELECT * FROM public.similar_terms(p_text, p_threshold, p_limit, NULL, p_type)
        )
        SELECT t.id, t.display_text, u.type, path.category, path.subcategory, u.usage_count,
            f.similarity
        FROM found AS f
        JOIN public.flavor_terms AS t ON t.id = f.term_id
        JOIN public.term_uses(ARRAY(SELECT f.term_id FROM found AS f), p_type) AS u
            ON u.term_id = t.id
        LEFT JOIN public.flavor_category_paths AS path ON path.id = t.category_id
        ORDER BY f.similarity DESC, u.usage_count DESC, t.id;
END
$$;
REVOKE ALL ON FUNCTION public.find_similar_descriptors(text, uuid, text, real, integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.find_similar_descriptors(text, uuid, text, real, integer)
    TO steward_member;
