CREATE FUNCTION public.list_pools(p_exams bigint[])
RETURNS void
LANGUAGE sql
SET search_path = ''
AS $$
    /*
    Write question_pool_lists of these exams anew, NULL being the whole bank: what a draw begins with
    that would have to read many pools. Of all questions, of each difficulty, and of each range of
    success rates that draw_scope can give.
    */
    DELETE FROM public.question_pool_lists AS old
    WHERE COALESCE(old.exam_id, 0) IN (SELECT COALESCE(e.id, 0) FROM unnest(p_exams) AS e (id));
    INSERT INTO public.question_pool_lists (
        exam_id, difficulty, lowest, pools, uses, starts, befores, total
    )
    SELECT e.id, o.difficulty, o.lowest, l.pools, l.uses, l.starts, l.befores, l.total
    FROM (SELECT DISTINCT e.id FROM unnest(p_exams) AS e (id)) AS e
    CROSS JOIN (
        VALUES
            (NULL, NULL), ('easy', NULL), ('medium', NULL), ('hard', NULL),
            (NULL, 20), (NULL, 30), (NULL, 40), (NULL, 50), (NULL, 60)
    ) AS o (difficulty, lowest)
    CROSS JOIN LATERAL public.pool_list(
        e.id, NULL, NULL, NULL, o.difficulty, NULL, o.lowest, o.lowest + 30
    ) AS l
    WHERE l.total > 0;
$$;
REVOKE ALL ON FUNCTION public.list_pools(bigint[]) FROM PUBLIC;
