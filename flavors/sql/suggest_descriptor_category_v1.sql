CREATE FUNCTION public.suggest_descriptor_category(p_text text, p_threshold real DEFAULT 0.5)
RETURNS TABLE (category text, subcategory text, confidence real, based_on_count bigint)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
/*
Up to five categories for the text, the likeliest first, from the terms that have one and are as
similar as p_threshold: of these `based_on_count` are in the category, and its confidence (0 to 1) is
the likeness of the nearest, by the category's part of the likeness of all.
*/
#variable_conflict use_column
BEGIN
    PERFORM public.assert_searchable('p_text', p_text);
    PERFORM public.assert_in_range('p_threshold', p_threshold::numeric, 0.1, 1);
    RETURN QUERY
        WITH alike AS (
            SELECT path.category, path.subcategory, s.similarity
            FROM public.similar_terms(p_text, p_threshold, 100, NULL, NULL) AS s
            JOIN public.flavor_terms AS t ON t.id = s.term_id
            JOIN public.flavor_category_paths AS path ON path.id = t.category_id
        )
        SELECT a.category, a.subcategory,
            (max(a.similarity) * sum(a.similarity) / sum(sum(a.similarity)) OVER ())::real AS sure,
            count(*)
        FROM alike AS a
        GROUP BY a.category, a.subcategory
        ORDER BY sure DESC, a.category, a.subcategory
        LIMIT 5;
END
$$;
REVOKE ALL ON FUNCTION public.suggest_descriptor_category(text, real) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.suggest_descriptor_category(text, real) TO steward_member;
