CREATE OR REPLACE FUNCTION public.place_questions(p_questions uuid[]) RETURNS void
LANGUAGE sql AS $$
    /* Derives system (the root of the primary category's branch) and topic (the level below).

    Climbs for each question on its own: the cost grows with the number of questions, whatever the
    planner believes it to be. Questions that an import has still to write are there with their
    places: nothing is looked up for them. Uses index: question_has_one_primary_category. */
    UPDATE public.questions AS q
    SET system_id = root.id, topic_id = root.below
    FROM (
        SELECT known.id FROM public.questions AS known WHERE known.id = ANY (p_questions) OFFSET 0
    ) AS wanted
    LEFT JOIN LATERAL (
        WITH RECURSIVE path AS (
            SELECT c.id, c.parent_id, NULL::bigint AS below
            FROM public.question_categories AS qc
            JOIN public.categories AS c ON c.id = qc.category_id
            WHERE qc.is_primary AND qc.question_id = wanted.id
            UNION ALL
            SELECT c.id, c.parent_id, path.id
            FROM path JOIN public.categories AS c ON c.id = path.parent_id
        )
        SELECT path.id, path.below FROM path WHERE path.parent_id IS NULL
    ) AS root ON true
    WHERE q.id = wanted.id
    AND (q.system_id, q.topic_id) IS DISTINCT FROM (root.id, root.below);
$$;
