CREATE FUNCTION public.refresh_exam_statistics(p_exam bigint)
RETURNS void
LANGUAGE sql
SET search_path = ''
AS $$
    /* Writes the exam's row of exam_statistics anew; see exam_reliability. */
    INSERT INTO public.exam_statistics (exam_id, sessions, items, length, alpha)
    SELECT p_exam, r.sessions, r.items, r.length, r.alpha FROM public.exam_reliability(p_exam) AS r
    ON CONFLICT (exam_id) DO UPDATE
    SET sessions = excluded.sessions,
        items = excluded.items,
        length = excluded.length,
        alpha = excluded.alpha,
        computed_at = pg_catalog.now();
$$;
REVOKE ALL ON FUNCTION public.refresh_exam_statistics(bigint) FROM PUBLIC;
