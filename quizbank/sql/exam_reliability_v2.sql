CREATE OR REPLACE FUNCTION public.exam_reliability(p_exam bigint)
RETURNS TABLE (sessions bigint, items bigint, length numeric, alpha numeric)
LANGUAGE sql
STABLE
SET search_path = ''
SET work_mem = '128MB'
AS $$
    /*
    Cronbach's alpha = k / (k - 1) (1 - sum of the items' variances / variance of the totals), over
    the exam's completed sessions, in the archive or not. Marks are centred on their item's mean, and
    k is the mean length: with the same questions for everybody this is the textbook's figure; with
    drawn ones it estimates that of a session of that length, without the spread that comes of
    drawing harder questions. NULL for fewer than two sessions, sessions of one question, or totals
    that do not vary.
    */
    WITH ours AS (
        SELECT
            pg_catalog.array_agg(s.id) FILTER (WHERE n.session_id IS NULL) AS ids,
            pg_catalog.array_agg(s.id) FILTER (WHERE n.session_id IS NOT NULL) AS noted
        FROM public.all_quiz_sessions AS s
        LEFT JOIN public.noted_sessions AS n ON n.session_id = s.id
        WHERE s.exam_id = p_exam AND s.status = 'completed'
    ),
    marks AS MATERIALIZED (
        SELECT a.session_id, a.revision_id, (a.is_correct IS TRUE)::integer AS mark
        FROM ours JOIN public.answers AS a ON a.session_id = ANY (ours.ids)
        UNION ALL
        SELECT a.session_id, a.revision_id, (a.is_correct IS TRUE)::integer
        FROM ours CROSS JOIN LATERAL public.archived_marks(ours.noted) AS a
    ),
    figures AS (
        SELECT
            m.revision_id,
            pg_catalog.avg(m.mark)::double precision AS mean,
            pg_catalog.var_samp(m.mark)::double precision AS variance
        FROM marks AS m GROUP BY m.revision_id
    ),
    totals AS (
        SELECT
            m.session_id,
            pg_catalog.count(*) AS length,
            pg_catalog.sum(m.mark - f.mean) AS total,
            pg_catalog.sum(f.variance) AS variance
        FROM marks AS m JOIN figures AS f USING (revision_id)
        GROUP BY m.session_id
    )
    SELECT
        pg_catalog.count(*),
        (SELECT pg_catalog.count(*) FROM figures),
        pg_catalog.round(pg_catalog.avg(t.length), 1),
        pg_catalog.round((
            pg_catalog.avg(t.length)::double precision
            / NULLIF(pg_catalog.avg(t.length)::double precision - 1, 0)
            * (1 - pg_catalog.avg(t.variance) / NULLIF(
                pg_catalog.sum(t.total * t.total) / NULLIF(pg_catalog.count(*) - 1, 0), 0
            ))
        )::numeric, 3)
    FROM totals AS t;
$$;
