CREATE FUNCTION public.place_questions_below(p_categories bigint[]) RETURNS void
LANGUAGE sql AS $$
    /* After a subtree moved: its questions follow. */
    WITH RECURSIVE subtree AS (
        SELECT c.id FROM public.categories AS c WHERE c.id = ANY (p_categories)
        UNION
        SELECT c.id FROM public.categories AS c JOIN subtree AS s ON c.parent_id = s.id
    )
    SELECT public.place_questions(pg_catalog.array_agg(DISTINCT qc.question_id))
    FROM public.question_categories AS qc JOIN subtree AS s ON s.id = qc.category_id
    WHERE qc.is_primary
    HAVING count(*) > 0;
$$;
