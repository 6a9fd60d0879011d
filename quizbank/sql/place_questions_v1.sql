CREATE FUNCTION public.place_questions(p_questions uuid[]) RETURNS void
LANGUAGE sql AS $$
    /* Derives system (the root of the primary category's branch) and topic (the level below). */
    WITH RECURSIVE path AS (
        SELECT qc.question_id, c.id, c.parent_id, NULL::bigint AS below
        FROM public.question_categories AS qc JOIN public.categories AS c ON c.id = qc.category_id
        WHERE qc.is_primary AND qc.question_id = ANY (p_questions)
        UNION ALL
        SELECT path.question_id, c.id, c.parent_id, path.id
        FROM path JOIN public.categories AS c ON c.id = path.parent_id
    )
    UPDATE public.questions AS q
    SET system_id = root.id, topic_id = root.below
    FROM pg_catalog.unnest(p_questions) AS wanted (id)
    LEFT JOIN path AS root ON root.question_id = wanted.id AND root.parent_id IS NULL
    WHERE q.id = wanted.id
    AND (q.system_id, q.topic_id) IS DISTINCT FROM (root.id, root.below);
$$;
